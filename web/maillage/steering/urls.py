"""Addresses of /pilotage/."""

from django.urls import path

from maillage.steering import views

app_name = "steering"
urlpatterns = [
    path("diagnostic/", views.diagnosis, name="diagnosis"),
    path("diagnostic/intercommunalites/", views.epcis, name="epcis"),
    path("diagnostic/priorites/", views.priorities, name="priorities"),
    path("diagnostic/comparer/", views.comparison, name="comparison"),
    path("diagnostic/communes/", views.communes, name="communes"),
    path("diagnostic/fichiers/<str:name>", views.download, name="download"),
    path("chiffres/", views.figures, name="figures"),
    path("chiffres/<slug:code>/", views.figure, name="figure"),
]
