"""Addresses of /pilotage/."""

from django.urls import path

from maillage.steering import keeping, views

app_name = "steering"
urlpatterns = [
    path("", keeping.home, name="home"),
    path("diagnostic/", views.diagnosis, name="diagnosis"),
    path("diagnostic/intercommunalites/", views.epcis, name="epcis"),
    path("diagnostic/priorites/", views.priorities, name="priorities"),
    path("diagnostic/comparer/", views.comparison, name="comparison"),
    path("diagnostic/communes/", views.communes, name="communes"),
    path("diagnostic/fichiers/<str:name>", views.download, name="download"),
    path("diagnostic/garder/", keeping.keep, name="keep"),
    path("diagnostics/<uuid:kept_id>/", keeping.kept, name="kept"),
    path("diagnostics/<uuid:kept_id>/publier/", keeping.publish, name="publish"),
    path("diagnostics/<uuid:kept_id>/retirer/", keeping.withdraw, name="withdraw"),
    path("diagnostics/<uuid:kept_id>/supprimer/", keeping.discard, name="discard"),
    path("chiffres/", views.figures, name="figures"),
    path("chiffres/<slug:code>/", views.figure, name="figure"),
]
