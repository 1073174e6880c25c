"""Addresses of the front door."""

from django.conf import settings
from django.urls import path

from maillage.portal import (
    booking_views,
    commune_views,
    desk,
    ground,
    pages,
    service_views,
    views,
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
    path("rendez-vous/<str:token>/", booking_views.appointment, name="appointment"),
    path(
        "rendez-vous/<str:token>/agenda.ics",
        booking_views.appointment_calendar,
        name="appointment_ics",
    ),
    path("rendez-vous/<str:token>/annuler/", booking_views.cancel, name="cancel_appointment"),
    path("rendez-vous/<str:token>/deplacer/", booking_views.move, name="move_appointment"),
    path(
        "rendez-vous/<str:token>/deplacer/<uuid:rule_id>/<str:stamp>/",
        booking_views.move_to,
        name="move_appointment_to",
    ),
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
