"""The page of priorities: rules as a form, the list they give, and the list if they moved."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from maillage.core.tables import Column
from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.priorities import (
    BY_CODE,
    RULES,
    Chosen,
    Priority,
    Rule,
    missing_facts,
    ranked,
    shift,
    usual_count,
)

LONGEST = 40
ROWS = 25
MOVED = 12


@dataclass(frozen=True, slots=True)
class RuleField:
    """One rule as the form shows it."""

    rule: Rule
    on: bool
    threshold: str
    what_if: str
    error: str
    unknown: bool


def context(given: QueryDict, found: Diagnosis) -> dict[str, Any]:
    """Everything the page shows."""
    fields = [_field(rule, given, found) for rule in RULES]
    at_least, count_error = _at_least(given, usual_count(sum(field.on for field in fields)))
    chosen = Chosen(
        {f.rule.code: _value(f.threshold) for f in fields if f.on}, min(at_least, len(RULES))
    )
    moved = Chosen(
        {f.rule.code: _value(f.what_if or f.threshold) for f in fields if f.on}, chosen.at_least
    )
    rows = ranked(found, chosen)
    return {
        "fields": fields,
        "at_least": chosen.at_least,
        "count_error": count_error,
        "table": _table(rows if "tout" in given else rows[:ROWS], chosen),
        "left": 0 if "tout" in given else max(0, len(rows) - ROWS),
        "all_href": f"?{_with_all(given)}",
        "how_many": len(rows),
        "people": wording.count(sum(row.commune.people or 0.0 for row in rows)),
        "noun": wording.noun(found.question),
        "is_moved": moved != chosen,
        "shift": _shift(found, chosen, moved) if moved != chosen else None,
    }


def _with_all(given: QueryDict) -> str:
    again = given.copy()
    again["tout"] = "1"
    return again.urlencode()


def _field(rule: Rule, given: QueryDict, found: Diagnosis) -> RuleField:
    submitted = "regles" in given
    on = rule.code in given.getlist("r") if submitted else rule.usual
    threshold, error = _threshold(rule, given.get(f"s_{rule.code}", ""), _text(rule.default))
    what_if, other_error = _threshold(rule, given.get(f"si_{rule.code}", ""), "")
    unknown = rule.code in missing_facts(found)
    return RuleField(rule, on and not unknown, threshold, what_if, error or other_error, unknown)


def _threshold(rule: Rule, text: str, fallback: str) -> tuple[str, str]:
    """The number given, or the fallback and a sentence."""
    text = text.strip().replace(",", ".")
    if not text or rule.default is None:
        return fallback, ""
    low, high = rule.bounds
    try:
        value = float(text[:LONGEST])
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        return fallback, _("Ce seuil va de %(low)s à %(high)s : %(kept)s est gardé.") % {
            "low": wording.number(low),
            "high": wording.number(high),
            "kept": wording.number(rule.default, 1).removesuffix(".0").removesuffix(",0"),
        }
    return _text(value), ""


def _at_least(given: QueryDict, usual: int) -> tuple[int, str]:
    text = given.get("au_moins", "").strip()
    if not text:
        return usual, ""
    if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= len(RULES):
        return int(text), ""
    message = _("Il faut de 1 à %(n)d règles : %(kept)d est gardé.")
    return usual, message % {"n": len(RULES), "kept": usual}


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value < 1e5 else f"{value:.0f}"


def _value(text: str) -> float:
    return float(text or 0)


def _table(rows: tuple[Priority, ...], chosen: Chosen) -> dict[str, Any]:
    columns = [
        Column(_("Commune")),
        Column(_("Public concerné"), number=True),
        Column(_("Lieu le plus proche"), number=True),
        Column(_("Règles vraies"), number=True),
        Column(_("Pourquoi")),
    ]
    cells = [
        [
            row.commune.name,
            wording.count(row.commune.people),
            wording.minutes(row.commune.minutes),
            _("%(n)d sur %(all)d") % {"n": len(row.holds), "all": len(chosen.thresholds)},
            why(row),
        ]
        for row in rows
    ]
    return {"columns": columns, "rows": cells}


def why(row: Priority) -> str:
    """The facts behind each rule that holds, and those that are not known."""
    words = [_fact(code, row) for code in row.holds]
    if row.unknown:
        words.append(
            _("non connu : %(what)s") % {"what": ", ".join(_topic(c) for c in row.unknown)}
        )
    return " ; ".join(words)


def _fact(code: str, row: Priority) -> str:
    commune = row.commune
    facts = {
        "temps": wording.minutes(commune.minutes),
        "acces": _("score %(n)s") % {"n": wording.amount(commune.score)},
        "public": _("%(n)s personnes") % {"n": wording.count(commune.people)},
        "revenu": wording.euros(commune.income),
        "zonage": ", ".join(kind.upper().replace("_PLUS", "+") for kind in commune.zonings),
        "densite": _("densité %(n)s") % {"n": commune.density},
        "croissance": _("%(n)s %% par an") % {"n": wording.number(commune.growth or 0.0, 1)},
    }
    return facts[code]


def _topic(code: str) -> str:
    topics = {
        "acces": _("score"), "public": _("public"), "revenu": _("revenu"),
        "densite": _("densité"), "croissance": _("croissance"),
    }  # fmt: skip
    return topics.get(code, str(BY_CODE[code].label))


def _shift(found: Diagnosis, chosen: Chosen, moved: Chosen) -> dict[str, Any]:
    change = shift(found, chosen, moved)
    return {
        "after": change.after,
        "entering": _moved(change.entering),
        "leaving": _moved(change.leaving),
    }


def _moved(rows: tuple[Priority, ...]) -> dict[str, Any]:
    """How many, the first ones with their reasons, and how many more."""
    return {
        "count": len(rows),
        "first": [(row.commune.name, why(row)) for row in rows[:MOVED]],
        "more": max(0, len(rows) - MOVED),
        "people": wording.count(sum(row.commune.people or 0.0 for row in rows)),
    }
