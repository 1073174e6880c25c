"""Print docs/guide/indicateurs.md: every figure of the steering room with its definition."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from maillage.steering.indicators import INDICATORS

HEAD = """# Les chiffres du pilotage

Cette page est produite par `maillage list_indicators > docs/guide/indicateurs.md` ; un test
vérifie qu’elle est à jour. Chaque chiffre est calculé, jamais saisi. Le même texte s’ouvre à
l’écran, sous le chiffre, par « D’où vient ce chiffre ? », avec les sources, les millésimes, la
version du code et l’empreinte des données.
"""


class Command(BaseCommand):
    """Print the guide page of indicators."""

    help = "Print the guide page of indicators, in French."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it to the standard output."""
        self.stdout.write(page())


def page() -> str:
    """The whole page, in Markdown."""
    with override("fr"):
        parts = [HEAD]
        for indicator in INDICATORS:
            limits = " ".join(str(limit) for limit in indicator.limits)
            parts.append(
                f"## {indicator.label}\n\n"
                f"*{indicator.question}*\n\n"
                f"| | |\n|---|---|\n"
                f"| Code | `{indicator.code}` |\n"
                f"| Définition | {_cell(indicator.definition)} |\n"
                f"| Formule | {_cell(indicator.formula)} |\n"
                f"| Unité | {_cell(indicator.unit)} |\n"
                f"| Sens | {_cell(indicator.direction)} |\n"
                f"| Données | {_cell(indicator.source)} |\n"
                f"| Fraîcheur | {_cell(indicator.freshness)} |\n"
                f"| Limites | {_cell(limits)} |\n"
            )
        return "\n".join(parts)


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|")
