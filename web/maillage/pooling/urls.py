"""Addresses of the pooling pages."""

from django.urls import path

from maillage.pooling import gap_views, rotation_views, statement_views, views

app_name = "pooling"
_AGREEMENT = "pro/mutualisation/<uuid:agreement_id>/"
_ROTATION = "pro/mutualisation/rotation/<uuid:rotation_id>/"
_STATEMENT = "pro/mutualisation/releve/<uuid:statement_id>/"
urlpatterns = [
    path("pro/mutualisation/", views.home, name="home"),
    path("pro/mutualisation/nouvelle/", views.add, name="add"),
    path("pro/mutualisation/vehicules/", views.vehicles, name="vehicles"),
    path(_AGREEMENT, views.agreement, name="agreement"),
    path(f"{_AGREEMENT}changer/", views.change, name="change"),
    path(f"{_AGREEMENT}etape/", views.step, name="step"),
    path(f"{_AGREEMENT}repondre/", views.decide, name="decide"),
    path(f"{_AGREEMENT}rotation/", rotation_views.begin, name="begin"),
    path(_ROTATION, rotation_views.rotation, name="rotation"),
    path(f"{_ROTATION}etape/", rotation_views.step, name="rotation_step"),
    path(f"{_ROTATION}repondre/", rotation_views.decide, name="rotation_decide"),
    path(f"{_AGREEMENT}mois/<slug:month>/", statement_views.month, name="month"),
    path(f"{_AGREEMENT}mois/<slug:month>/depense/", statement_views.note_cost, name="note_cost"),
    path(f"{_AGREEMENT}mois/<slug:month>/sortie/", statement_views.note_use, name="note_use"),
    path(f"{_AGREEMENT}mois/<slug:month>/emettre/", statement_views.issue, name="issue"),
    path(_STATEMENT, statement_views.statement, name="statement"),
    path(f"{_STATEMENT}releve.pdf", statement_views.statement_pdf, name="statement_pdf"),
    path(f"{_STATEMENT}releve.csv", statement_views.statement_csv, name="statement_csv"),
    path("pilotage/intervenants/", gap_views.gap, name="gap"),
]
