"""Who receives families and which papers were seen. Each action leaves one audit entry."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from maillage.core import audit, outbox
from maillage.organizations.models import Membership, Organization
from maillage.people.models import User
from maillage.practitioners.errors import AccountIsSomeoneElse, AlreadyWorksHere
from maillage.practitioners.models import Credential, Employment, Practitioner

ROLE = Membership.Role.STRUCTURE_MANAGER.value


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of a professional, and the account that is theirs, if any."""

    name: str
    profession: str
    languages: list[str]
    user: User | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """What was read on a paper. The paper itself is never kept."""

    kind: str
    label: str
    issued_on: date
    valid_until: date | None
    checked_on: date
    skill: str = ""


@transaction.atomic
def add(who: Identity, employer: Organization, *, by: int) -> Practitioner:
    """Let someone work here. Raises `AlreadyWorksHere`.

    Who already works for another employer keeps the identity they have: the account tells. The
    organization is locked first, so that the same form sent twice makes one person.
    """
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=employer.pk)
    today = timezone.localdate()
    known = Practitioner.objects.filter(user=who.user).first() if who.user else None
    here = Employment.objects.filter(organization=employer).on(today)
    here = here.filter(practitioner=known) if known else here.filter(practitioner__name=who.name)
    if here.exists():
        raise AlreadyWorksHere(name=known.name if known else who.name)
    person = known or Practitioner.objects.create(
        name=who.name,
        profession=who.profession,
        languages=who.languages,
        user=who.user,
    )
    Employment.objects.create(
        practitioner=person,
        organization=employer,
        departement_id=employer.departement_id,
        starts_on=today,
    )
    _trace(by, "practitioners.added", person, employer.departement_id)
    if who.user is not None:
        _tell(who.user, employer)
    return person


@transaction.atomic
def change(person: Practitioner, who: Identity, *, by: int, departement: str) -> Practitioner:
    """Correct what families read of someone, and link an account. Raises `AccountIsSomeoneElse`."""
    found = Practitioner.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if who.user is not None:
        other = Practitioner.objects.filter(user=who.user).exclude(pk=found.pk).first()
        if other is not None:
            raise AccountIsSomeoneElse(email=who.user.email, name=other.name)
        found.user = who.user
    found.name, found.profession = who.name, who.profession
    found.languages = who.languages
    found.save(update_fields=["user", "name", "profession", "languages"])
    _trace(by, "practitioners.changed", found, departement)
    return found


@transaction.atomic
def record_paper(person: Practitioner, seen: Paper, *, by: int, departement: str) -> Credential:
    """Note that a paper was seen; the database then knows until when the person may be booked.

    The same paper noted twice is one row.
    """
    Practitioner.objects.select_for_update(of=("self",)).get(pk=person.pk)
    paper, made = Credential.objects.get_or_create(
        practitioner=person,
        kind=seen.kind,
        label=seen.label,
        skill=seen.skill,
        issued_on=seen.issued_on,
        valid_until=seen.valid_until,
        defaults={"checked_on": seen.checked_on, "checked_by_id": by},
    )
    if made:
        _trace(by, "practitioners.paper_seen", paper, departement)
    return paper


@transaction.atomic
def remove_paper(paper: Credential, *, by: int, departement: str) -> None:
    """Take away a paper noted by mistake; booking closes if it was the one that counted."""
    _trace(by, "practitioners.paper_removed", paper, departement)
    Credential.objects.filter(pk=paper.pk).delete()


def _trace(by: int, verb: str, target: Practitioner | Credential, departement: str) -> None:
    audit.record(by, verb, target, departement=departement, acting_as=ROLE)


def _tell(user: User, employer: Organization) -> None:
    """Nobody is put in an agenda without knowing it."""
    facts = {
        "employer": employer.name,
        "site_name": settings.SITE_NAME,
        "address": f"{settings.SITE_URL}/pro/agenda/",
    }
    with translation.override(user.language):
        text = render_to_string("practitioners/added_message.txt", facts).strip()
    subject, _sep, body = text.partition("\n")
    outbox.post(user.email, subject, body.strip() + "\n")
