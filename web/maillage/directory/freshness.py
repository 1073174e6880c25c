"""R120: how long ago someone made sure that an entry is true. A stale one is shown last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import Any

from dateutil.relativedelta import relativedelta

from maillage.directory.models import Service


class Freshness(IntEnum):
    """Larger is worse, so that it sorts."""

    FRESH = 0
    TO_VERIFY = 1
    STALE = 2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """House rules: after how many whole months an entry is doubted, then demoted."""

    to_verify: int = 6
    stale: int = 12


HOUSE = Thresholds()


def freshness(service: Service, today: date, thresholds: Thresholds = HOUSE) -> Freshness:
    """Say how fresh the entry is; one that nobody ever verified is to verify at best."""
    since = service.verified_on or service.created_at.date()
    if today >= _after(since, thresholds.stale):
        return Freshness.STALE
    doubted = today >= _after(since, thresholds.to_verify)
    return Freshness.TO_VERIFY if doubted or not service.verified_on else Freshness.FRESH


def with_freshness(services: Iterable[Service], today: date) -> list[dict[str, Any]]:
    """Each entry with how fresh it is, the ones to look at first."""
    found = [{"service": one, "fresh": freshness(one, today)} for one in services]
    return sorted(found, key=lambda one: (-one["fresh"], one["service"].name))


def is_demoted(service: Service, today: date, thresholds: Thresholds = HOUSE) -> bool:
    """Tell whether the entry comes after all fresher ones, however near it is."""
    return freshness(service, today, thresholds) is Freshness.STALE


@lru_cache(maxsize=10_000)  # slow, and a page of results asks it of hundreds of entries
def _after(since: date, months: int) -> date:
    return since + relativedelta(months=months)
