"""Addresses of the people who receive families, for those who manage them."""

from django.urls import path

from maillage.practitioners import training_views, views

app_name = "practitioners"
urlpatterns = [
    path("pro/intervenants/", views.people, name="people"),
    path("pro/intervenants/ajouter/", views.add, name="add"),
    path("pro/intervenants/<uuid:practitioner_id>/", views.person, name="person"),
    path("pro/intervenants/<uuid:practitioner_id>/changer/", views.change, name="change"),
    path("pro/formations/", training_views.trainings, name="trainings"),
    path("pro/formations/ajouter/", training_views.add_training, name="add_training"),
    path("pro/formations/<uuid:session_id>/inscrire/", training_views.enrol, name="enrol"),
    path(
        "pro/formations/<uuid:session_id>/presence/", training_views.attendance, name="attendance"
    ),
    path(
        "pro/formations/inscriptions/<int:enrolment_id>/rendre/",
        training_views.cancel_enrolment,
        name="cancel_enrolment",
    ),
    path("pro/intervenants/papiers/<int:credential_id>/", views.remove_paper, name="remove_paper"),
]
