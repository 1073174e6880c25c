"""Addresses of sign-in: the names are allauth's, only these pages of it exist."""

from allauth.account import views as allauth
from django.urls import path

from maillage.people import views

urlpatterns = [
    path("", views.AskForCode.as_view(), name="account_login"),
    path("", views.AskForCode.as_view(), name="account_request_login_code"),
    path("code/", allauth.confirm_login_code, name="account_confirm_login_code"),
    path("sortie/", allauth.logout, name="account_logout"),
    path("compte-ferme/", allauth.account_inactive, name="account_inactive"),
    path("inscription/", views.closed, name="account_signup"),
]
