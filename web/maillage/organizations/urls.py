"""Addresses of the team, the trail and one's own data."""

from django.urls import path

from maillage.organizations import partner_views, views

app_name = "organizations"
urlpatterns = [
    path("pro/equipe/", views.members, name="members"),
    path("pro/equipe/inviter/", views.invite, name="invite"),
    path("pro/equipe/<int:membership_id>/fin/", views.end_membership, name="end_membership"),
    path("pro/agrement/", partner_views.partnership, name="partnership"),
    path("pro/agrement/<uuid:organization_id>/demander/", partner_views.apply, name="apply"),
    path(
        "pro/agrement/<uuid:organization_id>/charte/",
        partner_views.sign_charter,
        name="sign_charter",
    ),
    path("pro/agrements/", partner_views.accreditations, name="accreditations"),
    path("pro/agrements/grille/", partner_views.grid, name="grid"),
    path(
        "pro/agrements/<uuid:accreditation_id>/", partner_views.accreditation, name="accreditation"
    ),
    path("pro/traces/", views.trail, name="trail"),
    path("pro/mon-compte/mes-donnees.json", views.own_data, name="own_data"),
]
