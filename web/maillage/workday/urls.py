"""Addresses of the first page, of the practitioner's day and of the calls to make."""

from django.urls import URLPattern, URLResolver, path

from maillage.workday import call_views, home, views

app_name = "workday"
urlpatterns: list[URLPattern | URLResolver] = [
    path("pro/", home.home, name="home"),
    path("pro/rappels/", call_views.queue, name="calls"),
    path("pro/rappels/nouveau/", call_views.keep, name="call_back"),
    path("pro/rappels/<uuid:line_id>/noter/", call_views.note, name="call_note"),
    path(
        "pro/rappels/rendez-vous/<uuid:appointment_id>/",
        call_views.keep_after,
        name="call_back_after",
    ),
    path(
        "pro/rappels/orientation/<uuid:referral_id>/",
        call_views.keep_referred,
        name="call_back_referred",
    ),
    path("pro/arrivee/", views.landing, name="landing"),
    path("pro/journee/", views.today, name="day"),
    path("pro/journee/<uuid:appointment_id>/clore/", views.close, name="close"),
    path("pro/journee/<uuid:appointment_id>/suivant/", views.next_times, name="next"),
    path(
        "pro/journee/<uuid:appointment_id>/suivant/<uuid:rule_id>/<str:stamp>/",
        views.book_next,
        name="book_next",
    ),
]
