"""Addresses of the people who receive families, for those who manage them."""

from django.urls import path

from maillage.practitioners import views

app_name = "practitioners"
urlpatterns = [
    path("pro/intervenants/", views.people, name="people"),
    path("pro/intervenants/ajouter/", views.add, name="add"),
    path("pro/intervenants/<uuid:practitioner_id>/", views.person, name="person"),
    path("pro/intervenants/<uuid:practitioner_id>/changer/", views.change, name="change"),
    path("pro/intervenants/papiers/<int:credential_id>/", views.remove_paper, name="remove_paper"),
]
