"""Addresses of referrals: professionals, the answer by link, the family's page, the map."""

from django.urls import path

from maillage.referrals import family_views, map_views, receiver_views, views

app_name = "referrals"
urlpatterns = [
    path("pro/orientations/", views.inbox, name="inbox"),
    path("pro/orientations/proposer/<uuid:appointment_id>/", views.propose, name="propose"),
    path("pro/orientations/<uuid:referral_id>/", views.referral, name="referral"),
    path("pro/orientations/<uuid:referral_id>/suite/", views.step, name="step"),
    path("pro/orientations/recues/<uuid:candidate_id>/", receiver_views.received, name="received"),
    path("orientation/repondre/<str:token>/", receiver_views.answer, name="answer"),
    path("suivi/<str:token>/", family_views.follow, name="follow"),
    path("suivi/<str:token>/accord/", family_views.agree, name="agree"),
    path("suivi/<str:token>/reprendre/", family_views.withdraw, name="withdraw"),
    path("suivi/<str:token>/choisir/", family_views.choose, name="choose"),
    path("suivi/<str:token>/suite/", family_views.say, name="say"),
    path("services/<uuid:service_id>/etre-rappele/", family_views.ask, name="ask"),
    path("pilotage/parcours/", map_views.pathways, name="pathways"),
    path("pilotage/parcours/parcours.csv", map_views.pathways_csv, name="pathways_csv"),
    path("pilotage/parcours/manques/<uuid:gap_id>/", map_views.follow_gap, name="follow_gap"),
]
