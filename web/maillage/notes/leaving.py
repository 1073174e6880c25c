"""What happens to notes when their author goes, and when their time is over.

A departure is seen a month ahead when its date is known. The author is told: hand over what a
colleague needs, with the family's agreement, or let it go. Sixty days after they left, their key is
destroyed: what it sealed opens nowhere, copies of the database included.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.core import audit, scope
from maillage.families.retention import KEPT
from maillage.notes import access, keys
from maillage.notes.models import AccessRequest, Departure, Note
from maillage.organizations.models import Membership
from maillage.people.models import User
from maillage.practitioners.models import Employment

SEEN_AHEAD = timedelta(days=30)
KEPT_AFTER = timedelta(days=60)
WORD_KEPT_AFTER = timedelta(days=30)
REMINDED_BEFORE = timedelta(days=7)


def last_day(user: User, today: date) -> date | None:
    """When this account stops receiving families; None while nothing says so."""
    person = getattr(user, "practitioner", None)
    if not user.is_active or person is None:
        return today
    if person.stopped_on is not None:
        return date.fromisoformat(str(person.stopped_on))
    jobs = list(Employment.objects.filter(practitioner=person).values_list("ends_on", flat=True))
    if None in jobs:
        return None
    return max((day for day in jobs if day is not None), default=today)


@transaction.atomic
def notice(today: date) -> int:
    """Note who leaves within a month and tell them; return how many are new.

    A departure whose date changed follows it; one that is called off is closed.
    """
    new = 0
    with scope.system():
        holding = User.objects.filter(reader_keys__ended_at=None, reader_keys__isnull=False)
        for user in holding.select_related("practitioner").order_by("pk"):
            new += _notice_one(user, today)
    return new


@transaction.atomic
def destroy_due(today: date) -> int:
    """Destroy what those who left more than sixty days ago had not handed over; return how many."""
    with scope.system():
        due = Departure.objects.filter(
            stayed_at=None, destroyed_at=None, destroy_on__lte=today
        ).select_for_update(of=("self",), skip_locked=True)
        found = list(due.order_by("pk"))
        for departure in found:
            _destroy(departure)
    return len(found)


@transaction.atomic
def forget(now: datetime) -> int:
    """Delete words whose time is over; return how many.

    A parent's word lives thirty days after the session, a note as long as the family is known.
    """
    with scope.system():
        over = Q(appointment__ends_at__lt=now - WORD_KEPT_AFTER)
        over |= Q(appointment__state=Appointment.State.CANCELLED)
        count = Note.objects.left().filter(over).delete()[0]
        gone = Q(household__last_contact_at__lt=now - KEPT)
        gone |= Q(appointment__contact__erased_at__isnull=False)
        count += Note.objects.filter(gone).delete()[0]
        erased = Q(contact__erased_at__isnull=False)
        erased |= Q(contact__household__last_contact_at__lt=now - KEPT)
        AccessRequest.objects.filter(erased).delete()
    return count


@transaction.atomic
def remind(today: date) -> int:
    """Remind who has a week left to answer a family; tell managers once the month is over."""
    with scope.system():
        waiting = AccessRequest.objects.filter(state=AccessRequest.State.ASKED)
        soon = waiting.filter(due_on__lte=today + REMINDED_BEFORE, reminded_at=None)
        reminded = _write_to(soon, "notes/mail/access_soon.txt", "reminded_at")
        late = waiting.filter(due_on__lt=today, escalated_at=None)
        for request in late.select_related("appointment"):
            for manager in _managers(request, today):
                access.tell_professional(
                    manager, "notes/mail/access_late.txt", due_on=request.due_on
                )
        late.update(escalated_at=timezone.now())
    return reminded


def _notice_one(user: User, today: date) -> int:
    leaves = last_day(user, today)
    going = Departure.objects.filter(user=user, stayed_at=None, destroyed_at=None)
    standing = going.select_for_update(of=("self",)).first()
    if leaves is None or leaves > today + SEEN_AHEAD:
        going.update(stayed_at=timezone.now())
        return 0
    if standing is not None:
        if leaves > today and leaves != standing.leaves_on:
            standing.leaves_on, standing.destroy_on = leaves, leaves + KEPT_AFTER
            standing.save(update_fields=["leaves_on", "destroy_on"])
        return 0
    until = max(leaves, today) + KEPT_AFTER
    departure = Departure.objects.create(user=user, leaves_on=leaves, destroy_on=until)
    audit.record(None, "notes.departure_noticed", departure)
    if user.is_active:
        facts = {"leaves_on": leaves, "destroy_on": until}
        access.tell_professional(user, "notes/mail/leaving.txt", **facts)
    return 1


def _destroy(departure: Departure) -> None:
    keys.destroy(departure.user_id)
    Note.objects.filter(reader=departure.user_id).delete()
    waiting = AccessRequest.objects.filter(
        asked_of=departure.user_id, state=AccessRequest.State.ASKED
    ).select_related("contact")
    for request in waiting.order_by("pk"):
        request.state = AccessRequest.State.NOTHING_LEFT
        request.save(update_fields=["state"])
        access.tell_parent(request, "notes/mail/nothing_left.txt")
    departure.destroyed_at = timezone.now()
    departure.save(update_fields=["destroyed_at"])
    audit.record(None, "notes.destroyed", departure)


def _write_to(requests: "QuerySet[AccessRequest]", template: str, mark: str) -> int:
    found = list(requests.select_related("asked_of").order_by("pk"))
    for request in found:
        access.tell_professional(request.asked_of, template, due_on=request.due_on)
    requests.model.objects.filter(pk__in=[one.pk for one in found]).update(**{mark: timezone.now()})
    return len(found)


def _managers(request: AccessRequest, today: date) -> "QuerySet[User]":
    roles = Membership.objects.filter(
        organization=request.appointment.organization_id, role=Membership.Role.STRUCTURE_MANAGER
    ).on(today)
    return User.objects.filter(pk__in=roles.values("user"), is_active=True).order_by("pk")
