"""Addresses of complaints."""

from django.urls import path

from maillage.complaints import views

app_name = "complaints"
urlpatterns = [
    path("reclamation/", views.write, name="write"),
    path("reclamation/service/<uuid:service_id>/", views.write, name="write_about"),
    path("reclamation/suivi/", views.find, name="find"),
    path("reclamation/suivi/<str:code>/", views.follow, name="follow"),
    path(
        "reclamation/suivi/<str:code>/departement/", views.ask_departement, name="ask_departement"
    ),
    path("pro/reclamations/", views.complaints, name="complaints"),
    path("pro/reclamations/<uuid:complaint_id>/", views.complaint, name="complaint"),
    path("pro/reclamations/<uuid:complaint_id>/prendre/", views.take, name="take"),
]
