"""Addresses of the notes pages."""

from django.urls import URLPattern, URLResolver

app_name = "notes"
urlpatterns: list[URLPattern | URLResolver] = []
