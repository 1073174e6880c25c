"""Addresses of the front door."""

from django.conf import settings
from django.urls import path

from maillage.portal import pages, views

app_name = "portal"

urlpatterns = [
    path("", views.search, name="search"),
    path("communes/", views.communes, name="communes"),
    path("numeros-utiles/", pages.numbers, name="numbers"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("donnees/", pages.data, name="data"),
    path("plan-du-site/", pages.site_map, name="site_map"),
    path("apparence/", pages.theme, name="theme"),
]
if settings.DEBUG or settings.DEMONSTRATION:
    urlpatterns.append(path("ui/", pages.parts, name="parts"))
