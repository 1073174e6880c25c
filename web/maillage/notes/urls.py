"""Addresses of the notes: the professional's, and those of a parent's link."""

from django.urls import URLPattern, URLResolver, path

from maillage.notes import parent_views, views

app_name = "notes"
urlpatterns: list[URLPattern | URLResolver] = [
    path("pro/notes/", views.home, name="home"),
    path("pro/notes/remettre/", views.hand_over, name="hand_over"),
    path("pro/notes/demandes/<uuid:request_id>/", views.answer, name="answer"),
    path("pro/notes/seance/<uuid:appointment_id>/", views.session, name="session"),
    path("pro/notes/seance/<uuid:appointment_id>/detruire/", views.remove, name="remove"),
    path("rendez-vous/<str:token>/mot/", parent_views.leave, name="leave"),
    path("rendez-vous/<str:token>/mot/retirer/", parent_views.take_back, name="take_back"),
    path("rendez-vous/<str:token>/mes-notes/", parent_views.ours, name="ours"),
    path("rendez-vous/<str:token>/mes-notes/demander/", parent_views.ask, name="ask"),
    path(
        "rendez-vous/<str:token>/mes-notes/<uuid:request_id>/lire/", parent_views.read, name="read"
    ),
    path(
        "rendez-vous/<str:token>/mes-notes/<uuid:consent_id>/retirer/",
        parent_views.withdraw,
        name="withdraw",
    ),
]
