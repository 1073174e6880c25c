"""Addresses of the pages where professionals keep their entries."""

from django.urls import path

from maillage.directory import confirming, editing, views

app_name = "directory"
urlpatterns = [
    path("pro/services/", views.my_services, name="my_services"),
    path("pro/services/nouveau/", editing.create_service, name="create_service"),
    path("pro/services/<uuid:service_id>/", editing.edit_service, name="edit_service"),
    path("pro/services/<uuid:service_id>/toujours-vrai/", views.verify, name="verify"),
    path("pro/services/<uuid:service_id>/etat/", views.status, name="status"),
    path("pro/signalements/", views.error_reports, name="error_reports"),
    path("pro/signalements/<int:report_id>/", views.close_report, name="close_report"),
    path("pro/doublons/", views.merge_proposals, name="merge_proposals"),
    path("pro/doublons/<int:proposal_id>/", views.decide_merge, name="decide_merge"),
    path("pro/departement/", views.departement, name="departement"),
    path("confirmer/<str:token>/", confirming.confirm, name="confirm"),
]
