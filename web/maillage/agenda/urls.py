"""Addresses of the professional's agenda."""

from django.urls import path

from maillage.agenda import views

app_name = "agenda"
urlpatterns = [
    path("pro/agenda/", views.agenda, name="agenda"),
    path("pro/agenda/<uuid:appointment_id>/bilan/", views.close, name="close"),
    path("pro/agenda/<uuid:appointment_id>/annuler/", views.cancel, name="cancel"),
    path("pro/agenda/absence/", views.take_absence, name="take_absence"),
    path("pro/agenda/absence/<uuid:absence_id>/retirer/", views.end_absence, name="end_absence"),
]
