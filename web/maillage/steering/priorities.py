"""Which communes come first, by explicit rules whose thresholds one may move (R59).

A commune is a priority when at least so many of the chosen rules hold. A rule whose fact is not
known for a commune does not hold there, and says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.steering.diagnosis import CommuneResult, Diagnosis

RURAL_LISTS = frozenset({"frr", "frr_plus", "zrr"})
DEFAULT_AT_LEAST = 4

Test = Callable[[CommuneResult, float, Diagnosis], bool | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `test` answers True, False, or None where the fact is unknown."""

    code: str
    label: Promise  # holds "%(n)s" where the threshold goes
    unit: Promise | str
    default: float | None  # None: the rule has no threshold
    bounds: tuple[float, float]
    test: Test
    usual: bool = True  # on unless one says otherwise


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rules in force: threshold of each rule that is on, and how many must hold."""

    thresholds: Mapping[str, float]
    at_least: int


@dataclass(frozen=True, slots=True)
class Priority:
    """One commune that the rules retain."""

    commune: CommuneResult
    holds: tuple[str, ...]  # codes of the rules that hold
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """Who enters and who leaves when thresholds move."""

    entering: tuple[Priority, ...]
    leaving: tuple[Priority, ...]
    after: int


def _far(commune: CommuneResult, limit: float, diagnosis: Diagnosis) -> bool | None:
    return commune.minutes is None or commune.minutes > limit


def _poor_score(commune: CommuneResult, limit: float, diagnosis: Diagnosis) -> bool | None:
    median = diagnosis.totals.median_score
    return None if median is None else commune.score < limit / 100 * median


def _many(commune: CommuneResult, limit: float, diagnosis: Diagnosis) -> bool | None:
    return None if commune.people is None else commune.people >= limit


def _modest(commune: CommuneResult, limit: float, diagnosis: Diagnosis) -> bool | None:
    return None if commune.income is None else commune.income <= limit


def _zoned(commune: CommuneResult, limit: float, diagnosis: Diagnosis) -> bool | None:
    return "qpv" in commune.zonings or bool(RURAL_LISTS & set(commune.zonings))


def _sparse(commune: CommuneResult, limit: float, diagnosis: Diagnosis) -> bool | None:
    return None if commune.density is None else commune.density >= limit


def _growing(commune: CommuneResult, limit: float, diagnosis: Diagnosis) -> bool | None:
    return None if commune.growth is None else commune.growth >= limit


RULES: tuple[Rule, ...] = (
    Rule("temps", _("Le lieu le plus proche est à plus de"), _("minutes"), 20, (0, 180), _far),
    Rule(
        "acces", _("Le score d’accès est inférieur à"), _("pour cent de la médiane"), 50, (1, 100),
        _poor_score, usual=False,
    ),
    Rule("public", _("Le public concerné compte au moins"), _("personnes"), 10, (0, 100000), _many),
    Rule(
        "revenu", _("Le revenu médian ne dépasse pas"), _("€ par an"), 22000, (5000, 60000), _modest
    ),
    Rule(
        "zonage", _("La commune a un quartier prioritaire (QPV), ou est classée FRR ou ZRR"), "",
        None, (0, 0), _zoned,
    ),
    Rule(
        "densite", _("La densité est au moins de niveau"), _("(7 : la plus faible)"), 6, (1, 7),
        _sparse, usual=False,
    ),
    Rule(
        "croissance", _("La population croît d’au moins"), _("% par an"), 0.5, (-10, 20), _growing,
        usual=False,
    ),
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}


def usual_rules(missing: frozenset[str] = frozenset()) -> Chosen:
    """The rules before anyone changes them: all must hold, save those whose facts are missing."""
    usual = [rule for rule in RULES if rule.usual and rule.code not in missing]
    return Chosen({rule.code: rule.default or 0.0 for rule in usual}, usual_count(len(usual)))


def usual_count(rules_on: int) -> int:
    """How many rules must hold unless one says otherwise: never more than there are."""
    return max(1, min(DEFAULT_AT_LEAST, rules_on))


def ranked(diagnosis: Diagnosis, chosen: Chosen) -> tuple[Priority, ...]:
    """The communes retained: most rules first, then most people, then by code."""
    found = [_judge(commune, diagnosis, chosen) for commune in diagnosis.communes]
    kept = [row for row in found if row.holds and len(row.holds) >= chosen.at_least]
    return tuple(sorted(kept, key=_order))


def shift(diagnosis: Diagnosis, chosen: Chosen, other: Chosen) -> Shift:
    """Compare two sets of rules on the same diagnosis."""
    before = {row.commune.code: row for row in ranked(diagnosis, chosen)}
    after = {row.commune.code: row for row in ranked(diagnosis, other)}
    return Shift(
        entering=tuple(row for code, row in after.items() if code not in before),
        leaving=tuple(row for code, row in before.items() if code not in after),
        after=len(after),
    )


def missing_facts(diagnosis: Diagnosis) -> frozenset[str]:
    """Rules that can hold nowhere, as no commune has the fact they need."""
    communes = diagnosis.communes
    facts = {
        "public": any(c.people is not None for c in communes),
        "revenu": any(c.income is not None for c in communes),
        "zonage": any(c.zonings for c in communes),
        "densite": any(c.density is not None for c in communes),
        "croissance": any(c.growth is not None for c in communes),
    }
    return frozenset(code for code, known in facts.items() if not known)


def _judge(commune: CommuneResult, diagnosis: Diagnosis, chosen: Chosen) -> Priority:
    answers = {
        code: BY_CODE[code].test(commune, limit, diagnosis)
        for code, limit in chosen.thresholds.items()
    }
    return Priority(
        commune=commune,
        holds=tuple(code for code, answer in answers.items() if answer),
        unknown=tuple(code for code, answer in answers.items() if answer is None),
    )


def _order(row: Priority) -> tuple[int, float, str]:
    return (-len(row.holds), -(row.commune.people or 0.0), row.commune.code)
