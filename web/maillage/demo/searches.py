"""An invented year of searches that found nothing near, or no slot left: what officers steer by."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from maillage.demo.network import HOME
from maillage.directory.models import UnmetNeed

MONTHS = 6  # before the one the demonstration is laid in, which visitors' own searches fill
Kind = UnmetNeed.Kind


@dataclass(frozen=True, slots=True)
class Missing:
    """How many families of one commune looked in vain, each month of the past ones in turn."""

    commune: str
    need: str
    kind: UnmetNeed.Kind
    counts: tuple[int, ...]  # the last month first


LOOKED = (
    Missing("70292", "separation", Kind.NOTHING_NEAR, (6, 4, 5, 2, 3, 4)),
    Missing("70414", "separation", Kind.NOTHING_NEAR, (3, 1, 2)),
    Missing("70489", "visiting_rights", Kind.NOTHING_NEAR, (2, 2, 1, 1)),
    Missing("70415", "childcare_early_late", Kind.NOTHING_NEAR, (7, 8, 4, 6, 5, 3)),
    Missing("70526", "childcare_early_late", Kind.NOTHING_NEAR, (5, 3, 4, 4, 2, 2)),
    Missing("70526", "childcare_disability", Kind.NOTHING_NEAR, (2, 1, 1, 0, 1)),
    Missing("70292", "teenager_unwell", Kind.NOTHING_NEAR, (4, 5, 3, 3, 1, 2)),
    Missing("70489", "grief", Kind.NOTHING_NEAR, (1, 0, 2, 1)),
    Missing("70550", "grief", Kind.NO_SLOT, (3, 2, 4, 1, 1)),
    Missing("70550", "sleep", Kind.NO_SLOT, (4, 6, 2, 3)),
    Missing("70279", "sleep", Kind.NO_SLOT, (2, 3, 1)),
)


def receive(anchor: date) -> None:
    """Lay them once; what visitors search for this month is never touched."""
    UnmetNeed.objects.bulk_create(_rows(anchor), ignore_conflicts=True)


def remove() -> None:
    """Take every count of the département away: on a demonstration, all were for trying."""
    UnmetNeed.objects.filter(departement=HOME).delete()


def _rows(anchor: date) -> Iterator[UnmetNeed]:
    months = _before(anchor)
    for one in LOOKED:
        for month, count in zip(months, one.counts, strict=False):
            if count:
                yield UnmetNeed(
                    commune_id=one.commune,
                    departement_id=HOME,
                    need=one.need,
                    kind=one.kind,
                    month=month,
                    count=count,
                )


def _before(anchor: date) -> list[date]:
    whole = anchor.year * 12 + anchor.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(whole - 1, whole - 1 - MONTHS, -1)]
