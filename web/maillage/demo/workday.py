"""What Samuel finds on the day the demonstration is laid.

Two hours today, three of the last working day still to close, words left, a note.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from maillage.agenda.models import Appointment, Availability, Claim
from maillage.core import scope
from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE
from maillage.families.models import Child, Contact, Household
from maillage.notes import actions as notes
from maillage.notes import outer
from maillage.notes.errors import NotesAreClosed
from maillage.notes.models import Departure, Note, ReaderKey
from maillage.support.actions import count_in

PARIS = ZoneInfo("Europe/Paris")
SAMUEL = uuid5(NAMESPACE, "practitioner/samuel")
HOUR = timedelta(hours=1)
AN_OLD_NOTE = "Reprendre l’idée du tableau du coucher ; demander comment s’est passée la semaine."


@dataclass(frozen=True, slots=True)
class Today:
    """One invented family that comes today, or came on the last working day."""

    key: str
    name: str
    hour: int
    mode: str
    composition: Appointment.Composition
    goals: str
    word: str = ""
    has_come: bool = False


COMING = (
    Today(
        "amel", "Amel", 17, "phone", Appointment.Composition.ALONE,
        "Que les devoirs ne soient plus une bataille.",
        "Je serai peut-être avec ma mère, est-ce possible ?",
    ),
    Today(
        "bruno", "Bruno", 20, "video", Appointment.Composition.COUPLE,
        "Nous mettre d’accord sur les écrans.",
    ),
    Today(
        "chloe", "Chloé", 8, "phone", Appointment.Composition.ALONE,
        "Retrouver un coucher plus calme.", has_come=True,
    ),
    Today(
        "driss", "Driss", 9, "phone", Appointment.Composition.ALONE,
        "Comprendre ses colères.", has_come=True,
    ),
    Today(
        "elsa", "Elsa", 19, "phone", Appointment.Composition.ALONE,
        "Que mon fils me parle de nouveau.", has_come=True,
    ),
)  # fmt: skip


def receive(anchor: date) -> None:
    """Lay these hours and words once; without a key for notes, nothing is written."""
    rules = Availability.objects.filter(practitioner=SAMUEL).select_related("practitioner")
    rule = rules.order_by("pk").first()
    if rule is None or rule.practitioner.user_id is None or not _has_a_key():
        return
    for one in COMING:
        if not Contact.objects.filter(pk=_id(one, "contact")).exists():
            _lay(one, rule, anchor)
    past = Appointment.objects.filter(practitioners=SAMUEL, state="attended")
    last = past.order_by("-starts_at", "pk").first()
    samuel = rule.practitioner.user_id
    if last is not None and not Note.objects.private().filter(author=samuel).exists():
        notes.write(last, samuel, AN_OLD_NOTE)


def remove() -> None:
    """Take them away, with the key of whoever wrote."""
    ours = [_id(one, "contact") for one in COMING]
    Claim.objects.filter(appointment__contact__in=ours).delete()
    invented = ReaderKey.objects.filter(user__practitioner__is_demonstration=True)
    users = list(invented.values_list("user_id", flat=True))
    Note.objects.filter(reader__in=users).delete()
    Departure.objects.filter(user__in=users).delete()
    with scope.keys():
        ReaderKey.objects.filter(user__in=users).delete()


def forget_families() -> None:
    """Take today's families away, once nothing of theirs is counted any more."""
    ours = [_id(one, "contact") for one in COMING]
    Appointment.objects.filter(contact__in=ours).delete()
    Household.objects.filter(pk__in=[_id(one, "household") for one in COMING]).delete()


def _has_a_key() -> bool:
    try:
        outer.ring()
    except NotesAreClosed:
        return False
    return True


def _lay(one: Today, rule: Availability, anchor: date) -> None:
    day = _last_working_day(anchor) if one.has_come else anchor
    start = datetime.combine(day, time(one.hour), PARIS)
    busy = Claim.objects.filter(practitioner=SAMUEL, live=True)
    if busy.filter(period__overlap=(start, start + HOUR)).exists():
        return
    household = Household.objects.create(pk=_id(one, "household"), departement_id=HOME)
    Child.objects.create(
        household=household, departement_id=HOME, birth_month=date(anchor.year - 9, 3, 1)
    )
    contact = Contact.objects.create(
        pk=_id(one, "contact"), household=household, departement_id=HOME, name=one.name,
        phone="+33639980041", channel=Contact.Channel.SMS,
    )  # fmt: skip
    appointment = Appointment.objects.create(
        pk=_id(one, "appointment"), departement_id=HOME, organization_id=rule.organization_id,
        service_id=rule.service_id, household=household, contact=contact, starts_at=start,
        ends_at=start + HOUR, mode=one.mode, composition=one.composition,
        video_url="https://visio.example.org/bruno" if one.mode == "video" else "",
    )  # fmt: skip
    appointment.practitioners.add(rule.practitioner)
    Claim.objects.create(
        practitioner=rule.practitioner, period=(start, start + HOUR), kind=Claim.Kind.SESSION,
        appointment=appointment, departement_id=HOME,
    )  # fmt: skip
    count_in(appointment, goals=one.goals)
    if one.word and appointment.ends_at > datetime.now(PARIS):
        notes.leave_for_session(appointment, one.word)


def _last_working_day(anchor: date) -> date:
    """Friday on a Monday or at the weekend, the day before on other days."""
    return anchor - timedelta(days=max(1, anchor.weekday() - 4 if anchor.weekday() else 3))


def _id(one: Today, what: str) -> UUID:
    return uuid5(NAMESPACE, f"{what}/today/{one.key}")
