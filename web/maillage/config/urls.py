"""Every address of the site, by capability."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("langue/", include("django.conf.urls.i18n")),
    path("connexion/", include("allauth.account.urls")),
]
