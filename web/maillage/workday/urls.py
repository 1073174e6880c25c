"""Addresses of the practitioner's day."""

from django.urls import URLPattern, URLResolver, path

from maillage.workday import views

app_name = "workday"
urlpatterns: list[URLPattern | URLResolver] = [
    path("pro/arrivee/", views.landing, name="landing"),
    path("pro/journee/", views.today, name="day"),
    path("pro/journee/<uuid:appointment_id>/clore/", views.close, name="close"),
    path("pro/journee/<uuid:appointment_id>/prix/", views.pay_nothing, name="pay_nothing"),
    path("pro/journee/<uuid:appointment_id>/suivant/", views.next_times, name="next"),
    path(
        "pro/journee/<uuid:appointment_id>/suivant/<uuid:rule_id>/<str:stamp>/",
        views.book_next,
        name="book_next",
    ),
]
