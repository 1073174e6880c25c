"""Addresses of the professional's agenda."""

from django.urls import path

from maillage.agenda import (
    feed_views,
    joint_views,
    leaving_views,
    room_views,
    rule_views,
    staff_views,
    views,
)

app_name = "agenda"
urlpatterns = [
    path("pro/agenda/", views.agenda, name="agenda"),
    path("pro/agenda/<uuid:appointment_id>/bilan/", views.close, name="close"),
    path("pro/agenda/<uuid:appointment_id>/annuler/", views.cancel, name="cancel"),
    path("pro/agenda/<uuid:appointment_id>/confirmer/", staff_views.confirm, name="confirm"),
    path(
        "pro/agenda/<uuid:appointment_id>/autre-personne/",
        staff_views.other_person,
        name="other_person",
    ),
    path(
        "pro/agenda/<uuid:appointment_id>/autre-personne/<uuid:rule_id>/<str:stamp>/",
        staff_views.change_to,
        name="change_to",
    ),
    path("pro/agenda/ensemble/", joint_views.together, name="together"),
    path("pro/agenda/salles/", room_views.all_rooms, name="rooms"),
    path("pro/agenda/salles/<uuid:room_id>/", room_views.change_room, name="change_room"),
    path(
        "pro/intervenants/<uuid:practitioner_id>/fin/",
        leaving_views.end_employment,
        name="end_employment",
    ),
    path("pro/agenda/absence/", views.take_absence, name="take_absence"),
    path("pro/agenda/absence/<uuid:absence_id>/retirer/", views.end_absence, name="end_absence"),
    path("pro/agenda/ailleurs/", feed_views.calendar, name="calendar"),
    path("pro/agenda/ailleurs/adresse/", feed_views.open_calendar, name="open_calendar"),
    path("pro/agenda/ailleurs/fermer/", feed_views.close_calendar, name="close_calendar"),
    path("calendrier/<str:token>.ics", feed_views.feed, name="feed"),
    path("pro/agenda/disponibilites/", rule_views.rules, name="rules"),
    path(
        "pro/agenda/disponibilites/ajouter/<uuid:practitioner_id>/",
        rule_views.add_rule,
        name="add_rule",
    ),
    path("pro/agenda/disponibilites/<uuid:rule_id>/", rule_views.change_rule, name="change_rule"),
    path("pro/agenda/disponibilites/<uuid:rule_id>/arreter/", rule_views.end_rule, name="end_rule"),
]
