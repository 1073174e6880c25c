"""Addresses of /pilotage/."""

from django.urls import path

from maillage.steering import keeping, target_views, views
from maillage.steering.scenarios import childminders, rebalance_page, rounds_page
from maillage.steering.scenarios import views as siting

app_name = "steering"
urlpatterns = [
    path("", keeping.home, name="home"),
    path("diagnostic/", views.diagnosis, name="diagnosis"),
    path("diagnostic/intercommunalites/", views.epcis, name="epcis"),
    path("diagnostic/priorites/", views.priorities, name="priorities"),
    path("diagnostic/comparer/", views.comparison, name="comparison"),
    path("diagnostic/chevauchements/", views.overlapping, name="overlaps"),
    path("diagnostic/communes/", views.communes, name="communes"),
    path("diagnostic/fichiers/<str:name>", views.download, name="download"),
    path("diagnostic/garder/", keeping.keep, name="keep"),
    path("diagnostics/<uuid:kept_id>/", keeping.kept, name="kept"),
    path("diagnostics/<uuid:kept_id>/publier/", keeping.publish, name="publish"),
    path("diagnostics/<uuid:kept_id>/retirer/", keeping.withdraw, name="withdraw"),
    path("diagnostics/<uuid:kept_id>/supprimer/", keeping.discard, name="discard"),
    path("scenarios/", siting.scenarios, name="scenarios"),
    path("scenarios/encore/", siting.again, name="scenario_again"),
    path("scenarios/assistantes-maternelles/", childminders.childminders, name="childminders"),
    path("scenarios/reequilibrer/", rebalance_page.rebalancing, name="rebalancing"),
    path("scenarios/reequilibrer/encore/", rebalance_page.again, name="rebalancing_again"),
    path(
        "scenarios/reequilibrer/fichiers/<str:name>",
        rebalance_page.download,
        name="rebalancing_file",
    ),
    path("scenarios/fichiers/<str:name>", siting.download, name="scenario_file"),
    path("scenarios/retenir/<slug:aim>/", siting.decide, name="decide"),
    path("decisions/<uuid:kept_id>/", siting.decision, name="decision"),
    path(
        "decisions/<uuid:kept_id>/fichiers/<str:name>", siting.decision_file, name="decision_file"
    ),
    path("decisions/<uuid:kept_id>/frequentation/", siting.observe, name="decision_observe"),
    path("decisions/<uuid:kept_id>/publier/", siting.publish, name="decision_publish"),
    path("decisions/<uuid:kept_id>/retirer/", siting.withdraw, name="decision_withdraw"),
    path("decisions/<uuid:kept_id>/supprimer/", siting.discard, name="decision_discard"),
    path("decisions/<uuid:kept_id>/tournee/", rounds_page.tour, name="tour"),
    path("decisions/<uuid:kept_id>/tournee/encore/", rounds_page.again, name="tour_again"),
    path("decisions/<uuid:kept_id>/tournee/garder/", rounds_page.keep, name="tour_keep"),
    path(
        "decisions/<uuid:kept_id>/tournee/fichiers/<str:name>",
        rounds_page.tour_file,
        name="tour_file",
    ),
    path("objectifs/", target_views.targets, name="targets"),
    path("objectifs/objectifs.csv", target_views.targets_csv, name="targets_csv"),
    path("objectifs/nouveau/", target_views.write, name="target_new"),
    path("objectifs/releve/", target_views.read, name="targets_read"),
    path("objectifs/<uuid:target_id>/retirer/", target_views.withdraw, name="target_withdraw"),
    path("chiffres/", views.figures, name="figures"),
    path("chiffres/<slug:code>/", views.figure, name="figure"),
]
