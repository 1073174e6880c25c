"""Hours when nobody is written to unless it cannot wait: on the reader's own clock."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

PARIS = ZoneInfo("Europe/Paris")


def next_allowed(now: datetime, zone: ZoneInfo = PARIS) -> datetime:
    """Return `now` outside the quiet hours, otherwise the moment when they end there."""
    begins, ends = settings.QUIET_HOURS
    local = now.astimezone(zone)
    if not _is_quiet(local.hour, begins, ends):
        return now
    day = local.date()
    if local.hour >= ends:
        day += timedelta(days=1)
    return datetime.combine(day, time(ends), zone)


def _is_quiet(hour: int, begins: int, ends: int) -> bool:
    if begins == ends:
        return False
    return begins <= hour < ends if begins < ends else hour >= begins or hour < ends
