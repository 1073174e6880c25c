"""What the front door does by itself: remind families of their appointment, two days before."""

from datetime import datetime, timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.agenda.models import Appointment
from maillage.core import scope
from maillage.core.models import MessageKind
from maillage.families.telling import tell
from maillage.portal import retention
from maillage.portal.promises import facts, new_link

AHEAD = timedelta(hours=48)
TOO_RECENT = timedelta(hours=24)  # who booked yesterday remembers


@app.periodic(cron="11 * * * *")
@app.task(name="portal.remind_families", queueing_lock="portal.remind_families")
def remind_families(timestamp: int) -> None:
    """Remind those whose appointment comes; each once. By night, the message waits (`tell`)."""
    remind(timezone.now())


def remind(now: datetime) -> int:
    """Do it as if it were `now`; return how many were reminded."""
    with scope.system():
        waiting = Appointment.objects.select_for_update(of=("self",), skip_locked=True).filter(
            state=Appointment.State.CONFIRMED,
            reminded_at=None,
            starts_at__gt=now,
            starts_at__lte=now + AHEAD,
            booked_at__lt=now - TOO_RECENT,
        )
        found = list(waiting.select_related("contact", "service__organization").order_by("pk"))
        for one in found:
            said = facts(one, new_link(one))
            kind = MessageKind.REMINDER
            tell(one.contact, "portal/mail/reminder.txt", said, kind=kind, now=now)
        Appointment.objects.filter(pk__in=[one.pk for one in found]).update(reminded_at=now)
    return len(found)


@app.periodic(cron="37 4 * * *")
@app.task(name="portal.forget_invitations", queueing_lock="portal.forget_invitations")
def forget_invitations(timestamp: int) -> None:
    """Delete invitations that ended a month ago."""
    retention.forget(timezone.now())
