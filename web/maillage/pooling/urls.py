"""Addresses of the pooling pages."""

from django.urls import URLPattern, URLResolver

app_name = "pooling"
urlpatterns: list[URLPattern | URLResolver] = []
