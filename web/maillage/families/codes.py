"""The door of /mon-espace/: a code to an address, then a short visit. No account, no password.

Whoever asks learns nothing: known or not, an address gets the same page, in the same time, and the
same five tries. A known one gets a message; the others are told nothing at all.
"""

import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from maillage.core import audit, scope
from maillage.core.tokens import fingerprint
from maillage.families.models import Contact, ContactCode, ContactSession

CODE_LASTS = timedelta(minutes=10)
VISIT_LASTS = timedelta(minutes=30)
MOST_TRIES = 5
MOST_CONTACTS = 20


@dataclass(frozen=True, slots=True)
class Door:
    """What a browser holds while it waits for its code: nothing that names anyone."""

    token: str
    code_id: UUID


@dataclass(frozen=True, slots=True)
class Visit:
    """One person inside: their contacts, the latest first."""

    contacts: tuple[UUID, ...]
    until: datetime

    @property
    def contact_id(self) -> UUID:
        """The contact that what is asked now is written for."""
        return self.contacts[0]


def knock(channel: Contact.Channel, address: str, language: str) -> Door:
    """Note that a code is asked; the job `families.send_code` looks whether it may leave."""
    token = secrets.token_urlsafe(24)
    scope.hold_link(fingerprint(token))
    asked = ContactCode(
        door_hash=fingerprint(token),
        channel=channel,
        address=address.lower(),
        language=language,
        expires_at=timezone.now() + CODE_LASTS,
    )
    asked.save(force_insert=True)
    return Door(token, asked.pk)


def new_code(asked: ContactCode) -> str:
    """Draw the six figures of a code and keep their print, which the key of the site makes."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    asked.code_hash = _print(asked, code)
    return code


def contacts_at(channel: str, address: str) -> list[Contact]:
    """Everyone who gave this address, the latest first; only where the scope lets them be seen."""
    field = "email__iexact" if channel == Contact.Channel.EMAIL else "phone"
    found = Contact.objects.filter(**{field: address}, erased_at=None)
    return list(found.order_by("-created_at", "pk")[:MOST_CONTACTS])


def waiting_at(token: str) -> ContactCode | None:
    """The code that this browser may still try."""
    scope.hold_link(fingerprint(token))
    return ContactCode.objects.filter(
        door_hash=fingerprint(token), used_at=None, expires_at__gt=timezone.now()
    ).first()


def try_code(token: str, typed: str) -> bool:
    """Try a code once: five times at most, counted by the database before anything is compared."""
    if (asked := waiting_at(token)) is None or not _count_a_try(asked):
        return False
    digits = "".join(sign for sign in typed if sign.isdigit())
    right = constant_time_compare(asked.code_hash, _print(asked, digits))
    if right and asked.code_hash:
        ContactCode.objects.filter(pk=asked.pk).update(proven_at=timezone.now())
        return True
    return False


def tries_left(token: str) -> int:
    """How many times this browser may still try."""
    asked = waiting_at(token)
    return 0 if asked is None else MOST_TRIES - asked.attempts


def names_behind(token: str) -> int:
    """How many people use the address that was proven: more than one means asking which."""
    return len({_plain(one.name) for one in _proven(token)})


@transaction.atomic
def enter(token: str, name: str = "") -> str | None:
    """Open a visit once the code is proven; return its cookie, or None if this is nobody.

    Several people may share a telephone: then the first name or nickname says which, and opens what
    is theirs alone.
    """
    found = _proven(token)
    wanted = _plain(name)
    if len({_plain(one.name) for one in found}) > 1:
        found = [one for one in found if _plain(one.name) == wanted] if _counted_name(token) else []
    if not found:
        return None
    ContactCode.objects.filter(door_hash=fingerprint(token)).update(used_at=timezone.now())
    return _open(found)


def visit(cookie: str) -> Visit | None:
    """Recognise a visit and become its contact for this transaction."""
    scope.hold_link(fingerprint(cookie))
    found = ContactSession.objects.filter(
        token_hash=fingerprint(cookie), ended_at=None, expires_at__gt=timezone.now()
    ).first()
    if found is None:
        return None
    contacts = (found.contact_id, *found.others)
    scope.hold_contacts(contacts)
    return Visit(contacts, found.expires_at)


def leave(cookie: str) -> None:
    """End a visit; its cookie opens nothing any more."""
    scope.hold_link(fingerprint(cookie))
    ContactSession.objects.filter(token_hash=fingerprint(cookie), ended_at=None).update(
        ended_at=timezone.now()
    )


def _open(found: Iterable[Contact]) -> str:
    first, *others = found
    cookie = secrets.token_urlsafe(24)
    scope.hold_contacts([first.pk, *(one.pk for one in others)])
    now = timezone.now()
    ContactSession.objects.create(
        token_hash=fingerprint(cookie),
        contact=first,
        others=[one.pk for one in others],
        expires_at=now + VISIT_LASTS,
    )
    Contact.objects.filter(pk__in=[first.pk, *(one.pk for one in others)]).filter(
        verified_at=None
    ).update(verified_at=now)
    audit.record(
        None, "families.came_in", first,
        departement=first.departement_id, acting_as=str(first.pk),
    )  # fmt: skip
    return cookie


def _proven(token: str) -> list[Contact]:
    asked = waiting_at(token)
    if asked is None or asked.proven_at is None or asked.contact_id is None:
        return []
    with scope.system():  # the code proves the address: whoever gave it is this person, or theirs
        known = Contact.objects.get(pk=asked.contact_id)
        return contacts_at(asked.channel, known.email if asked.channel == "email" else known.phone)


def _count_a_try(asked: ContactCode) -> bool:
    """One statement, so that tries sent together are counted one by one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update families_contactcode set attempts = attempts + 1"
            " where id = %s and attempts < %s and used_at is null",
            [asked.pk, MOST_TRIES],
        )
        return bool(cursor.rowcount == 1)


def _counted_name(token: str) -> bool:
    asked = waiting_at(token)
    return asked is not None and _count_a_try(asked)


def _print(asked: ContactCode, code: str) -> str:
    return salted_hmac("families.code", f"{asked.pk}{code}", algorithm="sha256").hexdigest()


def _plain(name: str) -> str:
    """A name as two people would agree that it is the same: no accent, no capital, no space."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in apart if sign.isalnum())
