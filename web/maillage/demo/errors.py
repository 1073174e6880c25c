"""Why the demonstration cannot be loaded.

DemoRefused
├── OnlyInDemonstration   the site runs on a database of its own
├── TerritoryMissing      the communes are not loaded
└── BrokenNetwork         the network's files hold faults, all listed at once
"""

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class DemoRefused(DomainError):
    """The demonstration network cannot be loaded here."""

    code = "demo_refused"
    message = _("Le réseau de démonstration n’a pas été chargé. Consultez le guide d’exploitation.")


class OnlyInDemonstration(DemoRefused):
    """Invented services must never reach families."""

    code = "demo_only_in_demonstration"
    message = _(
        "Les données de démonstration sont inventées et ne se chargent pas sur un vrai site."
        " Retirez DATABASE_URL pour lancer une démonstration."
    )


class TerritoryMissing(DemoRefused):
    """The network stands on communes that are not in the database."""

    code = "demo_territory_missing"
    message = _(
        "Le territoire n’est pas chargé : {missing}."
        " Lancez d’abord « maillage load_territory {departement} »."
    )


class BrokenNetwork(DemoRefused):
    """The files of the network contradict themselves; `faults` lists everything found."""

    code = "demo_broken_network"
    message = _(
        "Le réseau de démonstration contient {count} erreurs, rien n’a été chargé."
        " Corrigez les fichiers cités.\n{faults}"
    )
