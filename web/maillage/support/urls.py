"""Addresses of the support pages."""

from django.urls import path

from maillage.support import board, terms_views, views

app_name = "support"
urlpatterns = [
    path("pro/accompagnements/", views.episodes, name="episodes"),
    path("pro/accompagnements/<uuid:episode_id>/", views.episode, name="episode"),
    path(
        "pro/accompagnements/<uuid:episode_id>/mots/<uuid:contact_id>/", views.words, name="words"
    ),
    path("pro/accompagnements/<uuid:episode_id>/suite/", views.next_step, name="next_step"),
    path("pro/accompagnements/<uuid:episode_id>/relais/", views.hand_over, name="hand_over"),
    path("pro/accompagnements/<uuid:episode_id>/terminer/", views.close, name="close"),
    path(
        "pro/accompagnements/<uuid:episode_id>/meme-famille/",
        views.same_family,
        name="same_family",
    ),
    path("pro/entretiens/<uuid:session_id>/", views.session, name="session"),
    path("pilotage/programmes/", board.programmes, name="programmes"),
    path("pilotage/programmes/<uuid:programme_id>/", terms_views.adjust, name="adjust"),
]
