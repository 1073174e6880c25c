"""Addresses of the front door."""

from django.conf import settings
from django.urls import path

from maillage.portal import (
    appointment_views,
    booking_views,
    commune_views,
    desk,
    door_views,
    ground,
    invitation_views,
    joint_views,
    other_parent_views,
    pages,
    service_views,
    space_views,
    views,
    waiting_views,
)

app_name = "portal"

urlpatterns = [
    path("", views.search, name="search"),
    path("suggestions/", views.suggestions, name="suggestions"),
    path("communes.geojson", commune_views.geojson, name="communes_geojson"),
    path("lieux.geojson", service_views.geojson, name="venues_geojson"),
    path("fonds/<str:code>/<str:version>.svg", ground.departement_ground, name="ground"),
    path("communes/", commune_views.communes, name="communes"),
    path("communes/<str:code>/", commune_views.commune, name="commune"),
    path("communes/<str:code>/semaine.pdf", commune_views.sheet, name="sheet"),
    path("departements/<str:code>/", commune_views.departement, name="departement"),
    path("services/<uuid:service_id>/", service_views.service, name="service"),
    path("services/<uuid:service_id>/signaler/", service_views.report, name="report"),
    path(
        "services/<uuid:service_id>/dates.ics", service_views.service_calendar, name="service_ics"
    ),
    path("services/<uuid:service_id>/rendez-vous/", booking_views.slots, name="slots"),
    path(
        "services/<uuid:service_id>/rendez-vous/<uuid:rule_id>/<str:stamp>/",
        booking_views.book,
        name="book",
    ),
    path(
        "pro/rendez-vous/<uuid:appointment_id>/confirmation/",
        desk.confirmation,
        name="desk_confirmation",
    ),
    path("pro/rendez-vous/<uuid:appointment_id>/page/", desk.sheet, name="desk_sheet"),
    path("services/<uuid:service_id>/attendre/", waiting_views.join, name="wait"),
    path("rendez-vous/<str:token>/", appointment_views.appointment, name="appointment"),
    path(
        "rendez-vous/<str:token>/agenda.ics",
        appointment_views.appointment_calendar,
        name="appointment_ics",
    ),
    path("rendez-vous/<str:token>/annuler/", appointment_views.cancel, name="cancel_appointment"),
    path("rendez-vous/<str:token>/deplacer/", appointment_views.move, name="move_appointment"),
    path(
        "rendez-vous/<str:token>/deplacer/<uuid:rule_id>/<str:stamp>/",
        appointment_views.move_to,
        name="move_appointment_to",
    ),
    path("rendez-vous/<str:token>/changer/", appointment_views.change, name="change_practitioner"),
    path(
        "rendez-vous/<str:token>/changer/<uuid:rule_id>/<str:stamp>/",
        appointment_views.change_to,
        name="change_practitioner_to",
    ),
    path("rendez-vous/<str:token>/prix/", appointment_views.pay_nothing, name="pay_nothing"),
    path("rendez-vous/<str:token>/a-deux/", appointment_views.share, name="share_appointment"),
    path("rendez-vous/<str:token>/suite/", booking_views.again, name="again"),
    path(
        "rendez-vous/<str:token>/suite/<uuid:rule_id>/<str:stamp>/",
        booking_views.book_again,
        name="book_again",
    ),
    path("attente/<str:token>/", waiting_views.offer, name="offer"),
    path("attente/<str:token>/oui/", waiting_views.accept, name="accept_offer"),
    path("attente/<str:token>/non/", waiting_views.decline, name="decline_offer"),
    path("invitation/", invitation_views.enter, name="invitation"),
    path("invitation/<str:code>/", invitation_views.follow, name="follow_invitation"),
    path("pro/agenda/ensemble/<uuid:rule_id>/<str:stamp>/", joint_views.book, name="book_together"),
    path("pro/invitations/", invitation_views.sent, name="invitations"),
    path(
        "pro/invitations/<uuid:invitation_id>/reprendre/",
        invitation_views.revoke,
        name="revoke_invitation",
    ),
    path(
        "pro/invitations/<uuid:invitation_id>/rappel/",
        invitation_views.call_back,
        name="call_back_invited",
    ),
    path("parent/<str:token>/", other_parent_views.asked, name="other_parent_asked"),
    path("parent/<str:token>/reponse/", other_parent_views.answer, name="other_parent_answer"),
    path("mon-espace/", space_views.home, name="space"),
    path("mon-espace/code/", door_views.code, name="space_code"),
    path("mon-espace/qui/", door_views.name, name="space_name"),
    path("mon-espace/sortir/", door_views.leave, name="space_leave"),
    path(
        "mon-espace/rendez-vous/<uuid:appointment_id>/",
        space_views.open_appointment,
        name="space_appointment",
    ),
    path(
        "mon-espace/rendez-vous/<uuid:appointment_id>/prix/",
        space_views.pay_nothing,
        name="space_pay_nothing",
    ),
    path("mon-espace/messages/", space_views.choose_messages, name="space_messages"),
    path(
        "mon-espace/accords/<uuid:consent_id>/reprendre/",
        space_views.take_back,
        name="space_take_back",
    ),
    path(
        "mon-espace/orientations/<uuid:referral_id>/",
        space_views.open_referral,
        name="space_referral",
    ),
    path("mon-espace/messages/choisir/", space_views.messages_page, name="space_choose_messages"),
    path("mon-espace/attente/<uuid:entry_id>/", space_views.open_offer, name="space_offer"),
    path(
        "mon-espace/attente/<uuid:entry_id>/quitter/",
        space_views.leave_the_list,
        name="space_wait_no_more",
    ),
    path("mon-espace/agenda/", space_views.turn_calendar, name="space_calendar"),
    path("mon-espace/donnees/", space_views.data, name="space_data"),
    path("mon-espace/effacer/", space_views.erase, name="space_erase"),
    path("mon-espace/autre-parent/", other_parent_views.ask, name="other_parent"),
    path("mon-espace/autre-parent/fin/", other_parent_views.part, name="part"),
    path("lieux/<uuid:location_id>/", service_views.venue, name="venue"),
    path("lieux/<uuid:location_id>/dates.ics", service_views.venue_calendar, name="venue_ics"),
    path("numeros-utiles/", pages.numbers, name="numbers"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("donnees/", pages.data, name="data"),
    path("plan-du-site/", pages.site_map, name="site_map"),
    path("robots.txt", pages.robots, name="robots"),
    path("sitemap.xml", pages.sitemap, name="sitemap"),
    path("apparence/", pages.theme, name="theme"),
]
if settings.DEBUG or settings.DEMONSTRATION:
    urlpatterns.append(path("ui/", pages.parts, name="parts"))
