"""An invented past: families who came, what they said of it, what was changed, what was sent."""

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from maillage.agenda.models import Appointment, Availability
from maillage.core.models import OutboxMessage
from maillage.demo.network import HOME
from maillage.demo.personas import PERSONAS, Role
from maillage.demo.rows import NAMESPACE
from maillage.families.models import Contact, Household
from maillage.people.models import User
from maillage.quality.models import (
    Change,
    Citation,
    Feedback,
    Reading,
    StaffFeedback,
    SupervisionMeeting,
)
from maillage.quality.periods import Quarter
from maillage.territory.clocks import PARIS

QUARTERS = 2
FAMILIES = 48  # a quarter
TOWNS = ("70279", "70279", "70550", "70550", "70550", "70311", "70285", "70122")
STATES = (
    "attended",
    "attended",
    "attended",
    "no_show",
    "attended",
    "attended",
    "attended",
    "excused",
)
NAMES = ("Nour", "Camille", "Sacha", "Élodie", "Yanis", "Maëlle")
WORDS = (
    "Le mercredi après-midi serait plus simple avec les enfants.",
    "Merci, on repart avec des idées.",
    "La salle d’attente manque de jouets.",
    "Un rappel par SMS la veille m’aurait aidée.",
    "Le trajet jusqu’à Vesoul est long sans voiture.",
)
CHANGES = (
    (
        "Le mercredi après-midi, ce serait plus simple avec les enfants.",
        "Depuis la rentrée, deux psychologues reçoivent à Gray le mercredi de 14 h à 18 h.",
        0,
    ),
    (
        "Le trajet jusqu’à Vesoul est long sans voiture.",
        "Chaque rendez-vous peut se faire par téléphone ou en vidéo, et le minibus passe à Lure.",
        4,
    ),
)


def look_back(anchor: date) -> None:
    """Lay the last quarters; rows keep their identifiers from one load to the next."""
    rules = list(
        Availability.objects.filter(
            practitioner__is_demonstration=True, departement=HOME, service__is_demonstration=True
        ).order_by("pk")
    )
    if not rules:
        return
    officer = _officer()
    for quarter in Quarter.shown(anchor)[:QUARTERS]:
        _sessions(rules, quarter)
        _feedback(rules, quarter)
    if officer is not None:
        _changes(officer, Quarter.shown(anchor)[0])
    _letters(anchor)


def forget() -> None:
    """Take it all away."""
    Citation.objects.filter(change__pk__in=[_key("change", number) for number in range(9)]).delete()
    Change.objects.filter(pk__in=[_key("change", number) for number in range(9)]).delete()
    demonstration = {"organization__is_demonstration": True}
    for model in (Feedback, StaffFeedback, SupervisionMeeting):
        model._default_manager.filter(**demonstration).delete()
    OutboxMessage.objects.filter(pk__in=[_key("letter", number) for number in range(9)]).delete()
    past = Appointment.objects.filter(
        contact__email__startswith="famille", contact__email__endswith="@demo.example.org"
    )
    homes = list(past.order_by("pk").values_list("household", flat=True))
    past.delete()
    Contact.objects.filter(household__in=homes).delete()
    Household.objects.filter(pk__in=homes).delete()


def _key(*parts: object) -> UUID:
    return uuid5(NAMESPACE, "/".join(["quality", *map(str, parts)]))


def _officer() -> User | None:
    address = next(one.email for one in PERSONAS if one.role == Role.STEERING_OFFICER)
    return User.objects.filter(email=address).first()


def _sessions(rules: list[Availability], quarter: Quarter) -> None:
    homes, people, given, links = [], [], [], []
    through = Appointment.practitioners.through
    for number in range(FAMILIES):
        rule, key = rules[number % len(rules)], _key("session", quarter.code, number)
        homes.append(Household(pk=key, departement_id=HOME, commune_id=TOWNS[number % len(TOWNS)]))
        people.append(_contact(key, number))
        given.append(_appointment(rule, key, quarter, number))
        links.append(through(appointment_id=key, practitioner_id=rule.practitioner_id))
    Household.objects.bulk_create(homes, ignore_conflicts=True)
    Contact.objects.bulk_create(people, ignore_conflicts=True)
    Appointment.objects.bulk_create(given, ignore_conflicts=True)
    through.objects.bulk_create(links, ignore_conflicts=True)
    for number, one in enumerate(given):
        asked = one.starts_at - timedelta(days=4 + number % 17)
        Appointment.objects.filter(pk=one.pk).update(booked_at=asked)


def _contact(key: UUID, number: int) -> Contact:
    return Contact(
        pk=key, household_id=key, departement_id=HOME, name=NAMES[number % len(NAMES)],
        email=f"famille{number}@demo.example.org", channel=Contact.Channel.EMAIL,
    )  # fmt: skip


def _appointment(rule: Availability, key: UUID, quarter: Quarter, number: int) -> Appointment:
    day = quarter.first + timedelta(days=3 + number)
    starts_at = datetime.combine(day, time(9 + number % 8), PARIS)
    return Appointment(
        pk=key, request_key=key, departement_id=HOME, organization_id=rule.organization_id,
        service_id=rule.service_id, household_id=key, contact_id=key, starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1), mode="phone", composition="alone",
        state=STATES[number % len(STATES)],
    )  # fmt: skip


def _feedback(rules: list[Availability], quarter: Quarter) -> None:
    answers, staff = [], []
    for number in range(FAMILIES * 3 // 4):
        words = WORDS[number % len(WORDS)] if number % 4 == 0 else ""
        kept = number % 8 == 0
        answers.append(
            Feedback(
                pk=_key("feedback", quarter.code, number), departement_id=HOME,
                organization_id=rules[number % len(rules)].organization_id,
                quarter=quarter.first, useful=4 if number % 6 else 2,
                listened=4 if number % 9 else 3, less_alone=3 if number % 5 else 2, words=words,
                reading=(Reading.KEPT if kept else Reading.WAITING) if words else Reading.NONE,
            )
        )  # fmt: skip
    for number in range(6):
        staff.append(
            StaffFeedback(
                pk=_key("staff", quarter.code, number), departement_id=HOME,
                organization_id=rules[number % len(rules)].organization_id,
                quarter=quarter.first, means=3, backed=2 + number % 3, fits=4,
                once_key=_key("staff", quarter.code, number).hex,
            )
        )  # fmt: skip
    Feedback.objects.bulk_create(answers, ignore_conflicts=True)
    StaffFeedback.objects.bulk_create(staff, ignore_conflicts=True)
    SupervisionMeeting.objects.bulk_create(
        [
            SupervisionMeeting(
                pk=_key("supervision", quarter.code, organization), departement_id=HOME,
                organization_id=organization, held_on=quarter.first + timedelta(days=40), hours=2,
                persons=3,
            )
            for organization in sorted({rule.organization_id for rule in rules}, key=str)
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _changes(officer: User, quarter: Quarter) -> None:
    for number, (said, did, words) in enumerate(CHANGES):
        change, _made = Change.objects.get_or_create(
            pk=_key("change", number),
            defaults={
                "departement_id": HOME, "said": said, "did": did,
                "done_on": quarter.last - timedelta(days=20), "written_by": officer,
            },
        )  # fmt: skip
        cited = Feedback.objects.filter(reading=Reading.KEPT, words=WORDS[words])
        Citation.objects.bulk_create(
            [
                Citation(
                    pk=_key("citation", number, one.pk), change=change, feedback=one,
                    departement_id=HOME,
                )
                for one in cited
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        if change.published_at is None and change.citations.exists():
            change.published_at = datetime.combine(quarter.last, time(12), PARIS)
            change.save(update_fields=["published_at"])


def _letters(anchor: date) -> None:
    """One message in each state, so that the letter box shows what becomes of them."""
    now = datetime.combine(anchor, time(9), PARIS)
    made = [
        ("sms", "+33639980001", "delivered", "Rappel : demain à 9 h.", ""),
        ("sms", "+33639980002", "failed", "Rappel : demain à 14 h.", "provider: absent subscriber"),
        ("email", "famille@demo.example.org", "sent", "Votre rendez-vous est noté.", ""),
    ]
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                pk=_key("letter", number), channel=channel, recipient=recipient, state=state,
                subject=text, body=text, sent_at=now, last_error=error, departement=HOME,
                attempts=1, delivered_at=now if state == "delivered" else None,
            )
            for number, (channel, recipient, state, text, error) in enumerate(made)
        ],
        ignore_conflicts=True,
    )  # fmt: skip
