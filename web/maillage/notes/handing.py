"""Handing notes over to a colleague: what was chosen, with the family's agreement, and no more.

The author opens and seals again in their own session: nobody can do it for them, nor afterwards.
"""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.core import audit, scope
from maillage.core.models import MessageKind
from maillage.families import links
from maillage.families.models import Consent, Contact, ContactLink
from maillage.families.telling import tell
from maillage.notes import actions
from maillage.notes.errors import NotACloseColleague
from maillage.notes.models import Note
from maillage.people.models import User
from maillage.practitioners.models import Employment, Practitioner


def colleagues(author: int, organizations: Collection[UUID]) -> QuerySet[Practitioner]:
    """Those who have an account and work today for one of these organizations."""
    here = Employment.objects.filter(organization__in=organizations).on(timezone.localdate())
    found = Practitioner.objects.filter(
        pk__in=here.values("practitioner"), stopped_on=None, user__is_active=True
    )
    return found.exclude(user=author)


@transaction.atomic
def hand_over(
    appointments: Collection[Appointment], to: Practitioner, *, means: Consent.Means, by: int
) -> int:
    """Seal one's last words about these sessions again, for a colleague; return how many.

    `means` is how each family said yes to the author. Raises `NotACloseColleague`. Each family is
    told, with the way to take its agreement back.
    """
    near = colleagues(by, {one.organization_id for one in appointments}).filter(pk=to.pk).first()
    if near is None or near.user_id is None:
        raise NotACloseColleague
    mine = Note.objects.private().filter(appointment__in=appointments, author=by, reader=by)
    agreements: dict[UUID, Consent] = {}
    handed = 0
    for note in mine.last_versions().select_related("appointment__contact"):
        contact = note.appointment.contact
        if contact.pk not in agreements:
            agreements[contact.pk] = _agreement(contact, near, means, by)
        handed += _copy(note, near.user_id, agreements[contact.pk])
    return handed


@transaction.atomic
def withdraw(consent: Consent) -> int:
    """Take the agreement back: the copies are destroyed. The parent's link was checked before.

    Copies name no contact, so that a parent's page sees none: they are found here by agreement.
    """
    with scope.system():
        found = Consent.objects.select_for_update(of=("self",)).get(pk=consent.pk)
        if found.revoked_at is None:
            found.revoked_at = timezone.now()
            found.save(update_fields=["revoked_at"])
        gone = Note.objects.filter(agreement=found).delete()[0]
        audit.record(None, "notes.handing_withdrawn", found, departement=found.departement_id)
    return gone


def agreements_of(contact: Contact) -> QuerySet[Consent]:
    """What this parent agreed to and has not taken back."""
    found = Consent.objects.in_force().filter(contact=contact)
    return found.filter(purpose=Consent.Purpose.NOTES_HANDED).order_by("given_at", "pk")


def _agreement(contact: Contact, to: Practitioner, means: Consent.Means, by: int) -> Consent:
    """Note the family's yes and tell it; one that stands already is not noted twice."""
    standing = agreements_of(contact).filter(object_id=to.pk, recorded_by=by).first()
    if standing is not None:
        return standing
    consent = Consent.objects.create(
        contact=contact,
        departement_id=contact.departement_id,
        purpose=Consent.Purpose.NOTES_HANDED,
        object_id=to.pk,
        means=means,
        recorded_by_id=by,
    )
    author = User.objects.filter(pk=by).first()
    last = contact.appointments.order_by("-starts_at", "-pk")[:1].get()
    token = links.make(contact, ContactLink.Opens.APPOINTMENT, last.pk)
    facts: dict[str, object] = {
        "author": author.name if author is not None else "",
        "colleague": to.name,
        "site_name": settings.SITE_NAME,
        "link": settings.SITE_URL + reverse("notes:ours", args=[token]),
    }
    tell(contact, "notes/mail/handed.txt", facts, kind=MessageKind.CHANGE)
    return consent


def _copy(note: Note, reader: int, agreement: Consent) -> int:
    """Seal the words for another reader; the same version handed twice is one copy."""
    author = note.author_id
    assert author is not None  # noqa: S101 (a private note has one: the database says so)
    copy = Note(
        kind=Note.Kind.PRIVATE,
        number=note.number,
        reader_id=reader,
        author_id=author,
        agreement=agreement,
        written_at=note.written_at,
    )
    actions.place(copy, note.appointment)
    actions.seal(copy, actions.opened(note, author))
    Note.objects.bulk_create([copy], ignore_conflicts=True)
    audit.record(author, "notes.handed_over", note.appointment, departement=note.departement_id)
    return 1
