"""Addresses of the fees pages."""

from django.urls import path

from maillage.fees import funding_views, views

app_name = "fees"
urlpatterns = [
    path("pro/tarifs/", views.schedules, name="schedules"),
    path("pro/tarifs/ajouter/", views.add_schedule, name="add_schedule"),
    path("pro/tarifs/<uuid:schedule_id>/", views.schedule, name="schedule"),
    path("pro/tarifs/<uuid:schedule_id>/version/", views.add_version, name="add_version"),
    path("pro/tarifs/versions/<uuid:version_id>/confirmer/", views.confirm, name="confirm"),
    path("pro/tarifs/services/<uuid:service_id>/", views.apply, name="apply"),
    path("pro/tarifs/dispense/<uuid:appointment_id>/", views.ask_nothing, name="ask_nothing"),
    path("pilotage/financement/", funding_views.funding_page, name="funding"),
    path("pilotage/financement/<int:year>.csv", funding_views.funding_csv, name="funding_csv"),
    path(
        "pilotage/financement/<uuid:service_id>/<int:year>/",
        funding_views.accounts,
        name="accounts",
    ),
    path(
        "pilotage/financement/<uuid:service_id>/<int:year>/depense/",
        funding_views.add_cost,
        name="add_cost",
    ),
]
