"""What a change means, in words: kilometres, hours, who gains and who gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.core.tables import Column
from maillage.pooling.checks import Look, day_name
from maillage.pooling.compute import Proposal
from maillage.pooling.grids import Frame, Grid, Ground, Slot, slots_of, stretched
from maillage.pooling.quotas import Judged, Part
from maillage.pooling.waits import Wait

LEAST_SAID = 0.05  # hours and kilometres that would round to nothing


@dataclass(frozen=True, slots=True)
class HalfDayLine:
    """One half-day, today and as proposed."""

    when: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        """Whether it goes elsewhere."""
        return self.before != self.after


def number(value: float | Decimal, decimals: int = 1) -> str:
    """A number as it is read in French, or in English."""
    return number_format(value, decimals)


def signed(value: float, decimals: int = 1) -> str:
    """A difference, with its sign."""
    rounded = round(value, decimals)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{number(abs(rounded), decimals)}"


def hours(minutes: int) -> str:
    """Minutes as hours: 7 h 30."""
    return f"{minutes // 60}\xa0h\xa0{minutes % 60:02d}"


def kilometres(metres: int) -> str:
    """Metres as kilometres, to a tenth."""
    return f"{number(metres / 1000)}\xa0km"


def euros(amount: Decimal) -> str:
    """An amount, with its cents."""
    return f"{number_format(amount, 2, force_grouping=True)}\xa0€"


def sentences(before: Look, after: Look) -> list[str]:
    """Who gains, who gives, and how much is driven."""
    return [_driven(before, after), *_gains(before, after)]


def of_proposal(proposal: Proposal) -> str:
    """What is known of a rotation that was computed."""
    moved = ngettext(
        "%(count)d demi-journée change de lieu.", "%(count)d demi-journées changent de lieu.",
        proposal.moved,
    ) % {"count": proposal.moved}  # fmt: skip
    if proposal.proven:
        text = _(
            "Aucune autre rotation de ces demi-journées ne fait moins de route en tenant les parts"
            " à 5 points près, les trajets de midi et les heures minimales : c’est prouvé."
        )
    else:
        text = _(
            "La meilleure rotation trouvée dans le temps imparti : une autre ferait au mieux"
            " %(gap)s %% de route en moins."
        ) % {"gap": number(100 * proposal.gap)}
    return f"{text} {moved}"


def lines(
    ground: Ground, frames: tuple[Frame, Frame], before: Grid, after: Grid
) -> list[HalfDayLine]:
    """Every half-day worked in the longer cycle, today and as proposed."""
    weeks = max(frames[0].weeks, frames[1].weeks)
    old, new = stretched(before, weeks), stretched(after, weeks)
    return [
        HalfDayLine(_when(slot, weeks), _place(ground, old, slot), _place(ground, new, slot))
        for slot in slots_of(weeks)
        if slot in old or slot in new
    ]


def party_table(before: Look, after: Look) -> dict[str, Any]:
    """Each party: what was agreed, what it gets today, what it would get."""
    columns = [
        Column(_("Partie")), Column(_("Part convenue"), number=True),
        Column(_("Aujourd’hui"), number=True), Column(_("Avec cette rotation"), number=True),
        Column(_("Écart à la part"), number=True),
    ]  # fmt: skip
    old = {one.party_id: one for one in before.parties}
    rows = [
        [
            new.name,
            f"{number(new.quota)} %",
            _part(old[new.party_id].hours, old[new.party_id].share),
            _part(new.hours, new.share),
            _("%(points)s points") % {"points": signed(new.gap)},
        ]
        for new in after.parties
    ]
    return {"caption": _("Heures par semaine de chaque partie"), "columns": columns, "rows": rows}


def place_table(before: Look, after: Look) -> dict[str, Any]:
    """Each place: the least hours that were agreed, what it gets today, what it would get."""
    columns = [
        Column(_("Lieu")), Column(_("Minimum convenu"), number=True),
        Column(_("Aujourd’hui"), number=True), Column(_("Avec cette rotation"), number=True),
    ]  # fmt: skip
    old = {one.place_id: one.hours for one in before.places}
    rows = [
        [
            new.name,
            *(
                f"{number(hours)}\N{NO-BREAK SPACE}h"
                for hours in (new.least, old[new.place_id], new.hours)
            ),
        ]
        for new in after.places
    ]
    return {"caption": _("Heures par semaine dans chaque lieu"), "columns": columns, "rows": rows}


def quota_table(found: Judged) -> dict[str, Any]:
    """Each party over a period: agreed, given, how far apart, and whether that holds."""
    columns = [
        Column(_("Partie")), Column(_("Part convenue"), number=True),
        Column(_("Heures faites"), number=True), Column(_("Part des heures"), number=True),
        Column(_("Écart à la part"), number=True), Column(_("Est-ce tenu ?")),
    ]  # fmt: skip
    rows = [
        [
            one.party.organization.name, f"{number(one.party.quota)} %", hours(one.minutes),
            f"{number(one.share)} %" if one.total else "—",
            _("%(points)s points") % {"points": signed(one.gap)} if one.total else "—",
            _verdict(one),
        ]
        for one in found.parts
    ]  # fmt: skip
    facts = {
        "start": date_format(found.span.start, "j F Y"),
        "end": date_format(found.span.last, "j F Y"),
    }
    caption = _("Du %(start)s au %(end)s") % facts
    return {"caption": caption, "columns": columns, "rows": rows}


def quota_verdict(found: Judged) -> tuple[str, str]:
    """One sentence for all parties, and its colour."""
    if not found.total:
        return _("Aucune heure n’est encore comptée."), "notice"
    if found.is_kept:
        return _("Les parts convenues sont tenues, à 5 points près."), "good"
    return _("Une part au moins s’écarte de plus de 5 points."), "notice"


def wait_table(found: list[Wait]) -> dict[str, Any]:
    """Each commune: who waits, and the first free day before and after."""
    columns = [
        Column(_("Commune")), Column(_("Familles qui attendent"), number=True),
        Column(_("Premier jour libre, comme aujourd’hui")),
        Column(_("Premier jour libre, avec cette rotation")), Column(_("Effet sur l’attente")),
    ]  # fmt: skip
    rows = [
        [
            str(one.commune), _("moins de 5") if one.families is None else str(one.families),
            _day_or_none(one.before), _day_or_none(one.after), _effect(one),
        ]
        for one in found
    ]  # fmt: skip
    return {"caption": _("L’attente dans chaque commune"), "columns": columns, "rows": rows}


def _day_or_none(day: date | None) -> str:
    return date_format(day, "l j F") if day else _("aucun dans les 12 semaines")


def _effect(one: Wait) -> str:
    if one.before == one.after:
        return _("autant d’attente")
    if one.before is None:
        return _("un premier jour s’ouvre")
    if one.after is None:
        return _("plus de jour libre")
    days = (one.after - one.before).days
    if days < 0:
        return ngettext("%(count)d jour plus tôt", "%(count)d jours plus tôt", -days) % {
            "count": -days
        }
    return ngettext("%(count)d jour plus tard", "%(count)d jours plus tard", days) % {"count": days}


def _verdict(one: Part) -> str:
    if not one.total:
        return _("rien à juger")
    if one.is_kept:
        return _("tenu")
    if one.owed > 0:
        return _("à rééquilibrer : %(hours)s de moins que sa part") % {"hours": hours(one.owed)}
    return _("à rééquilibrer : %(hours)s de plus que sa part") % {"hours": hours(-one.owed)}


def _part(hours: float, share: float) -> str:
    """Hours and their share, never parted from their units at the end of a line."""
    facts = {"hours": number(hours), "share": number(share)}
    said = _("%(hours)s h (%(share)s %%)") % facts
    return said.replace(" h", "\N{NO-BREAK SPACE}h").replace(" %", "\N{NO-BREAK SPACE}%")


def refusal(party: str, reason: str, *, may_take_back: bool) -> str:
    """Who refused and why, what goes on meanwhile, and what may be done."""
    said = _(
        "%(party)s a refusé : « %(reason)s » Rien ne change : la rotation d’aujourd’hui continue."
    ) % {"party": party, "reason": reason}
    if not may_take_back:
        return said
    again = _("Reprenez-la en brouillon pour en proposer une autre.")
    return f"{said} {again}"


def _driven(before: Look, after: Look) -> str:
    facts = {
        "before": number(before.kilometres, 0),
        "after": number(after.kilometres, 0),
        "less": number(abs(after.kilometres - before.kilometres), 0),
    }
    if abs(after.kilometres - before.kilometres) < 0.5:
        return _("Autant de route : %(after)s km par semaine.") % facts
    if after.kilometres < before.kilometres:
        return _("%(less)s km de moins par semaine : %(after)s au lieu de %(before)s.") % facts
    return _("%(less)s km de plus par semaine : %(after)s au lieu de %(before)s.") % facts


def _gains(before: Look, after: Look) -> Iterator[str]:
    old = {one.party_id: one.hours for one in before.parties}
    for new in after.parties:
        change = new.hours - old[new.party_id]
        facts = {"who": new.name, "hours": number(abs(change)), "now": number(new.hours)}
        if abs(change) < LEAST_SAID:
            yield _("%(who)s garde ses %(now)s h par semaine.") % facts
        elif change > 0:
            yield _("%(who)s gagne %(hours)s h par semaine (%(now)s h).") % facts
        else:
            yield _("%(who)s donne %(hours)s h par semaine (%(now)s h).") % facts


def _when(slot: Slot, weeks: int) -> str:
    half = _("après-midi") if slot.half else _("matin")
    return f"{day_name(slot, weeks)}, {half}"


def _place(ground: Ground, grid: Grid, slot: Slot) -> str:
    return ground.name(grid[slot]) if slot in grid else "—"
