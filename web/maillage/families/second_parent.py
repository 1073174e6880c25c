"""The other parent: asked by one, linked once both accept, unlinked by either.

Each keeps their own contact, messages and privacy; what they come to together, both may see. The
one who asked is never told of a refusal: silence and no look the same from outside.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from maillage.core import audit, scope
from maillage.families import contacts, links
from maillage.families.errors import AlreadyAsked, LinkIsDead, ThatIsYou
from maillage.families.models import Consent, Contact, ContactLink, SecondParent

ASKED_FOR = timedelta(days=14)


@transaction.atomic
def ask(
    inviter: Contact, name: str, channel: Contact.Channel, address: str
) -> tuple[SecondParent, str]:
    """Note whom one parent would like to be linked with; return the link that is theirs alone.

    Raises `ThatIsYou` for one's own address and `AlreadyAsked` while another one waits.
    """
    if address.lower() in {inviter.email.lower(), inviter.phone}:
        raise ThatIsYou
    _end_what_is_too_old(inviter)
    asked = SecondParent(
        departement_id=inviter.departement_id,
        inviter=inviter,
        expires_at=timezone.now() + ASKED_FOR,
    )
    asked.inviter_consent = _consent(inviter, asked.pk)
    other = contacts.register(
        name, channel, address, departement_id=inviter.departement_id, language=inviter.language
    )
    opens = ContactLink.Opens.SECOND_PARENT
    token = links.make(other, opens, asked.pk, until=asked.expires_at)
    asked.invited, asked.former_household_id = other, other.household_id
    scope.hold_contacts([inviter.pk, other.pk])
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyAsked from error
    _trace("families.parent_asked", asked, inviter)
    scope.hold_contact(inviter.pk)
    return asked, token


def waiting_for(contact: Contact) -> SecondParent:
    """What was asked of this contact. Raises `LinkIsDead` once answered, ended or too old."""
    found = SecondParent.objects.select_related("invited").filter(
        invited=contact, state=SecondParent.State.INVITED, expires_at__gt=timezone.now()
    )
    if (asked := found.first()) is None:
        raise LinkIsDead
    return asked


@transaction.atomic
def accept(asked: SecondParent) -> None:
    """Link the two: from now on one household, counted once. Raises `LinkIsDead` if too late."""
    with scope.system():
        found = _locked(asked.pk)
        if found.state != SecondParent.State.INVITED or found.expires_at <= timezone.now():
            raise LinkIsDead
        found.invited_consent = _consent(found.invited, found.pk)
        found.state = SecondParent.State.LINKED
        found.save(update_fields=["invited_consent", "state"])
        Contact.objects.filter(pk=found.invited_id).update(
            household_id=found.inviter.household_id, verified_at=timezone.now()
        )
        _trace("families.parents_linked", found, found.invited)


@transaction.atomic
def decline(asked: SecondParent) -> None:
    """Say no: what the other one typed is erased, and they are told nothing."""
    with scope.system():
        found = _locked(asked.pk)
        if found.state != SecondParent.State.INVITED:
            return
        found.state, found.ended_at = SecondParent.State.DECLINED, timezone.now()
        found.save(update_fields=["state", "ended_at"])
        _forget(found)
        _trace("families.parent_declined", found, found.invited)


@transaction.atomic
def part(asked: SecondParent, by: Contact) -> None:
    """End it, whoever asks: each is a household again and sees only their own."""
    with scope.system():
        found = _locked(asked.pk)
        if by.pk not in {found.inviter_id, found.invited_id} or found.ended_at is not None:
            return
        was_linked = found.state == SecondParent.State.LINKED
        found.state, found.ended_at = SecondParent.State.ENDED, timezone.now()
        found.save(update_fields=["state", "ended_at"])
        if was_linked:
            Contact.objects.filter(pk=found.invited_id).update(
                household_id=found.former_household_id
            )
            _stop_sharing(found)
        else:
            _forget(found)
        kept = [found.inviter_consent_id, found.invited_consent_id]
        Consent.objects.in_force().filter(pk__in=[key for key in kept if key]).update(
            revoked_at=timezone.now()
        )
        _trace("families.parents_parted", found, by)


def share(
    asked: SecondParent, owner: Contact, appointment_id: UUID, until: datetime
) -> tuple[Contact, str]:
    """Give the other parent a link of their own to one appointment that both come to."""
    with scope.system():
        found = SecondParent.objects.select_related("inviter", "invited").get(pk=asked.pk)
        other = found.invited if owner.pk == found.inviter_id else found.inviter
        opens = ContactLink.Opens.APPOINTMENT
        return other, links.make(other, opens, appointment_id, until=until, shared_by=owner)


def shared_again(former: UUID, now: UUID, until: datetime) -> list[tuple[Contact, str]]:
    """Give whoever had a link to what was moved one to what stands now; the former ones close."""
    with scope.system():
        held = ContactLink.objects.filter(
            opens=ContactLink.Opens.APPOINTMENT,
            object_id=former,
            shared_by__isnull=False,
            revoked_at=None,
        )
        found = list(held.select_related("contact", "shared_by").order_by("pk"))
        held.update(revoked_at=timezone.now())
        opens = ContactLink.Opens.APPOINTMENT
        people = {one.contact_id: one for one in found}
        return [
            (one.contact, links.make(one.contact, opens, now, until=until, shared_by=one.shared_by))
            for one in people.values()
        ]


def of(contact_ids: list[UUID]) -> SecondParent | None:
    """The link with another parent that stands or waits, for whoever holds these contacts."""
    found = SecondParent.objects.filter(
        state__in=SecondParent.LIVE, inviter__in=contact_ids
    ) | SecondParent.objects.filter(state=SecondParent.State.LINKED, invited__in=contact_ids)
    return found.order_by("-created_at").first()


def groups(departements: Iterable[str]) -> dict[UUID, UUID]:
    """Households that parents who both accepted make one family: each leads to one of its group.

    Whoever accepted had a household before, with its own past: until someone merges the two by
    hand, a count of families counts the group. A household left out is a family of its own.
    """
    linked = SecondParent.objects.filter(
        departement__in=list(departements), state=SecondParent.State.LINKED
    )
    found: dict[UUID, UUID] = {}

    def head(household: UUID) -> UUID:
        while household in found and found[household] != household:
            household = found[household]
        return household

    for former, now in linked.order_by("pk").values_list("former_household", "inviter__household"):
        one, other = head(former), head(now)
        found[one] = found[other] = other
    return {household: head(household) for household in found}


def _locked(pk: UUID) -> SecondParent:
    rows = SecondParent.objects.select_for_update(of=("self",))
    return rows.select_related("inviter", "invited").get(pk=pk)


def _end_what_is_too_old(inviter: Contact) -> None:
    late = SecondParent.objects.filter(
        inviter=inviter, state=SecondParent.State.INVITED, expires_at__lte=timezone.now()
    )
    for each in late:
        part(each, inviter)


def _consent(contact: Contact, object_id: UUID) -> Consent:
    return Consent.objects.create(
        contact=contact,
        object_id=object_id,
        departement_id=contact.departement_id,
        purpose=Consent.Purpose.SECOND_PARENT,
        means=Consent.Means.ONLINE,
    )


def _forget(asked: SecondParent) -> None:
    """Erase what was typed of someone who never accepted."""
    now = timezone.now()
    ContactLink.objects.filter(contact=asked.invited_id).update(revoked_at=now)
    Contact.objects.filter(pk=asked.invited_id, erased_at=None).update(
        name="", email="", phone="", erased_at=now
    )


def _stop_sharing(asked: SecondParent) -> None:
    """Close the links that one was given to what the other booked."""
    both = [asked.inviter_id, asked.invited_id]
    ContactLink.objects.filter(contact__in=both, shared_by__in=both, revoked_at=None).update(
        revoked_at=timezone.now()
    )


def _trace(verb: str, asked: SecondParent, who: Contact) -> None:
    audit.record(None, verb, asked, departement=asked.departement_id, acting_as=str(who.pk))
