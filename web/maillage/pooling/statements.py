"""A month as it is read: one line for each party, and what it adds up to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from maillage.core.tables import Column
from maillage.pooling.grids import Ground
from maillage.pooling.ledger import Month, Share
from maillage.pooling.models import PoolingAgreement, Statement, StatementShare
from maillage.pooling.wording import euros, hours, kilometres, number


@dataclass(frozen=True, slots=True)
class Shown:
    """A month in words and tables."""

    table: dict[str, Any]
    minutes: str
    metres: str
    total: str
    unshared: str  # empty when every hour belongs to a party
    basis: list[str]  # where the hours come from


def live(ground: Ground, month: Month) -> Shown:
    """A month that is not issued."""
    names = {one.pk: (one.organization.name, one.quota) for one in ground.parties}
    rows = [_line(*names[one.party_id], one, month.minutes) for one in month.shares]
    rows.append(_sum(month.minutes, month.metres, month.shares))
    shown = _shown(rows, month.minutes, month.metres, (month.total, month.unshared))
    return replace(shown, basis=basis(ground.agreement, month))


def issued(statement: Statement, shares: Sequence[StatementShare]) -> Shown:
    """An issued month, with the shares that this reader may see."""
    rows = [
        _line(one.party.organization.name, one.party.quota, one, statement.minutes)
        for one in shares
    ]
    if sum((one.amount for one in shares), Decimal(0)) == statement.total and len(shares) > 1:
        rows.append(_sum(statement.minutes, statement.metres, shares))
    facts = (statement.total, statement.unshared_minutes)
    shown = _shown(rows, statement.minutes, statement.metres, facts)
    return replace(shown, basis=basis(statement.agreement, statement))


def basis(agreement: PoolingAgreement, counted: Month | Statement) -> list[str]:
    """Say which hours are real ones, which are booked lengths, and what of those not honoured."""
    if agreement.vehicle_id is not None:
        return [_("Heures : celles des sorties notées.")]
    facts = {
        "noted": hours(counted.noted_minutes),
        "booked": hours(counted.minutes - counted.noted_minutes),
    }
    said = _(
        "Heures : %(noted)s d’après la durée notée à la clôture de l’entretien, %(booked)s d’après"
        " la durée réservée, faute de durée notée."
    )
    missed = (
        _("Un rendez-vous où personne n’est venu compte pour sa durée réservée.")
        if agreement.counts_no_shows
        else _("Un rendez-vous où personne n’est venu ne compte pas.")
    )
    return [said % facts, missed, _("À distance, un rendez-vous compte pour qui l’a donné.")]


def _shown(rows: list[list[str]], minutes: int, metres: int, facts: tuple[Decimal, int]) -> Shown:
    columns = [
        Column(_("Partie")), Column(_("Heures"), number=True),
        Column(_("Part des heures"), number=True), Column(_("Part convenue"), number=True),
        Column(_("Route"), number=True),
        Column(_("Personnel"), number=True), Column(_("Trajets"), number=True),
        Column(_("Autres"), number=True), Column(_("À payer"), number=True),
    ]  # fmt: skip
    table = {"caption": _("Part de chaque partie"), "columns": columns, "rows": rows}
    unshared = hours(facts[1]) if facts[1] else ""
    return Shown(table, hours(minutes), kilometres(metres), euros(facts[0]), unshared, [])


def _line(name: str, quota: Decimal, one: Share | StatementShare, minutes: int) -> list[str]:
    share = f"{number(100 * one.minutes / minutes)} %" if minutes else "—"
    return [
        name, hours(one.minutes), share, f"{number(quota)} %", kilometres(one.metres),
        euros(one.staff), euros(one.travel), euros(one.other), euros(one.amount),
    ]  # fmt: skip


def _sum(minutes: int, metres: int, shares: Sequence[Share | StatementShare]) -> list[str]:
    parts = [
        sum((getattr(one, name) for one in shares), Decimal(0))
        for name in ("staff", "travel", "other", "amount")
    ]
    return [_("Ensemble"), hours(minutes), "", "", kilometres(metres), *map(euros, parts)]
