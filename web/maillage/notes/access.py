"""A family's right of access: the parent asks, the author tells what may be told, within a month.

The answer is sealed with a key made from a code shown once to the parent. The database, its copies
and the messages hold nothing that opens it.
"""

from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from maillage.agenda.models import Appointment
from maillage.core import audit, outbox, scope, tokens
from maillage.core.models import MessageKind
from maillage.families import links
from maillage.families.models import ContactLink
from maillage.families.telling import tell
from maillage.notes import sealing
from maillage.notes.errors import CannotBeOpened, CodeDoesNotOpen, RequestIsAnswered
from maillage.notes.models import AccessRequest, Note, ReaderKey
from maillage.organizations.errors import NotAllowed
from maillage.people.models import User

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no I, O, 0 or 1: five bits a letter
CODE_LETTERS, GROUP = 20, 4
ANSWERED_WITHIN = relativedelta(months=1)  # GDPR, article 12(3)


def new_code() -> str:
    """Return a code of one hundred bits, in groups that can be written down."""
    return tokens.in_groups(tokens.code(CODE_LETTERS, LETTERS), GROUP)


def private_key(code: str) -> bytes:
    """The key that a code stands for, however it is typed."""
    typed = tokens.typed_code(code, LETTERS).encode()
    return HKDF(SHA256(), 32, salt=None, info=b"maillage access code").derive(typed)


@transaction.atomic
def ask(appointment: Appointment, *, now: datetime | None = None) -> tuple[str, int]:
    """Ask everyone who may hold notes about this parent; return the code, and how many were asked.

    Asking again while a request waits gives it a new code: the lost one opens nothing any more. Who
    has left, and can open nothing, is answered for: nothing is left to read.
    """
    moment = now or timezone.now()
    code = new_code()
    public = sealing.public_key_of(private_key(code))
    with scope.system():
        asked = _holders(appointment)
        for user in asked:
            _ask_one(appointment, user, public, moment)
    return code, len(asked)


@transaction.atomic
def answer(request: AccessRequest, text: str, *, by: int) -> AccessRequest:
    """Seal what may be told, for the parent alone. Raises `NotAllowed` or `RequestIsAnswered`."""
    found = AccessRequest.objects.select_for_update(of=("self",)).filter(pk=request.pk).first()
    if found is None or found.asked_of_id != by:
        raise NotAllowed
    if found.state != AccessRequest.State.ASKED:
        raise RequestIsAnswered
    found.sealed = sealing.seal(text, bytes(found.public_key), about=identity(found))
    found.state, found.answered_at = AccessRequest.State.ANSWERED, timezone.now()
    found.save(update_fields=["sealed", "state", "answered_at"])
    audit.record(by, "notes.access_answered", found, departement=found.departement_id)
    tell_parent(found, "notes/mail/answered.txt")
    return found


def read(request: AccessRequest, code: str) -> str:
    """Open an answer with the parent's code. Raises `CodeDoesNotOpen`."""
    if request.sealed is None:
        raise CodeDoesNotOpen
    try:
        return sealing.opened(bytes(request.sealed), private_key(code), about=identity(request))
    except CannotBeOpened as error:
        raise CodeDoesNotOpen from error


def identity(request: AccessRequest) -> bytes:
    """What an answer is about: its request."""
    return f"maillage access {request.pk} {request.contact_id}".encode()


def tell_parent(request: AccessRequest, template: str) -> None:
    """Write to the parent, with a new link to their page; the code is theirs already."""
    token = links.make(request.contact, ContactLink.Opens.APPOINTMENT, request.appointment_id)
    facts: dict[str, object] = {
        "site_name": settings.SITE_NAME,
        "link": settings.SITE_URL + reverse("notes:ours", args=[token]),
    }
    tell(request.contact, template, facts, kind=MessageKind.CHANGE)


def tell_professional(user: User, template: str, **facts: object) -> None:
    """Write to a professional, without naming any family."""
    said = {
        "site_name": settings.SITE_NAME,
        "address": settings.SITE_URL + reverse("notes:home"),
        **facts,
    }
    with translation.override(user.language):
        text = render_to_string(template, said).strip()
    subject, _sep, body = text.partition("\n")
    outbox.post(user.email, subject, body.strip() + "\n")


def _holders(appointment: Appointment) -> list[User]:
    """Who gave this parent a session, and to whom a note about one was handed over."""
    theirs = Appointment.objects.filter(contact=appointment.contact_id)
    given = theirs.values_list("practitioners__user", flat=True)
    held = Note.objects.private().filter(appointment__in=theirs).values_list("reader", flat=True)
    return list(User.objects.filter(pk__in={*given, *held} - {None}).order_by("pk"))


def _ask_one(appointment: Appointment, user: User, public: bytes, now: datetime) -> None:
    reads = user.is_active and not _lost_their_key(user.pk)
    state = AccessRequest.State.ASKED if reads else AccessRequest.State.NOTHING_LEFT
    who = {"contact_id": appointment.contact_id, "asked_of": user}
    if state == AccessRequest.State.NOTHING_LEFT:
        AccessRequest.objects.filter(state=state, **who).delete()
    waiting = AccessRequest.objects.filter(state=AccessRequest.State.ASKED, **who)
    if waiting.update(public_key=public):
        return
    request = AccessRequest.objects.create(
        departement_id=appointment.departement_id,
        appointment=appointment,
        public_key=public,
        asked_at=now,
        due_on=timezone.localdate(now) + ANSWERED_WITHIN,
        state=state,
        **who,
    )
    audit.record(None, "notes.access_asked", request, departement=request.departement_id)
    if reads:
        tell_professional(user, "notes/mail/access_asked.txt", due_on=request.due_on)


def _lost_their_key(user_id: int) -> bool:
    """Whether everything this account wrote was destroyed."""
    known = ReaderKey.objects.filter(user=user_id)
    return known.exists() and not known.filter(ended_at=None).exists()


def request_of(user_id: int, request_id: UUID) -> AccessRequest:
    """Load a request that was made to this account, or refuse."""
    found = AccessRequest.objects.filter(pk=request_id, asked_of=user_id).first()
    if found is None:
        raise NotAllowed
    return found
