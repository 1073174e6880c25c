"""Addresses of the workday pages."""

from django.urls import URLPattern, URLResolver

app_name = "workday"
urlpatterns: list[URLPattern | URLResolver] = []
