"""Addresses of the team, the trail and one's own data."""

from django.urls import path

from maillage.organizations import views

app_name = "organizations"
urlpatterns = [
    path("pro/equipe/", views.members, name="members"),
    path("pro/equipe/inviter/", views.invite, name="invite"),
    path("pro/equipe/<int:membership_id>/fin/", views.end_membership, name="end_membership"),
    path("pro/traces/", views.trail, name="trail"),
    path("pro/mon-compte/mes-donnees.json", views.own_data, name="own_data"),
]
