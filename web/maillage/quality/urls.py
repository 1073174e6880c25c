"""Addresses of the quality pages."""

from django.urls import path

from maillage.quality import board_views, views

app_name = "quality"
urlpatterns = [
    path("avis/<str:token>/", views.feedback, name="feedback"),
    path("pro/avis/", views.staff_feedback, name="staff_feedback"),
    path("vous-avez-dit/", views.you_said, name="you_said"),
    path("pro/analyse-de-la-pratique/", board_views.supervision, name="supervision"),
    path("pilotage/qualite/", board_views.board, name="board"),
    path("pilotage/qualite/qualite.csv", board_views.board_csv, name="board_csv"),
    path("pilotage/qualite/paroles/", board_views.voices, name="voices"),
    path(
        "pilotage/qualite/paroles/<str:kind>/<uuid:item_id>/",
        board_views.moderate,
        name="moderate",
    ),
    path("pilotage/qualite/changement/", board_views.write_change, name="write_change"),
    path(
        "pilotage/qualite/changement/<uuid:change_id>/publier/",
        board_views.publish_change,
        name="publish_change",
    ),
    path(
        "pilotage/qualite/changement/<uuid:change_id>/retirer/",
        board_views.withdraw_change,
        name="withdraw_change",
    ),
]
