"""Invented families passed on to services, at every moment of the way."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid5
from zoneinfo import ZoneInfo

from maillage.agenda.models import Appointment
from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE
from maillage.directory.models import Service
from maillage.families.models import Consent, ContactLink
from maillage.practitioners.models import Practitioner
from maillage.referrals import actions, pathways
from maillage.referrals.models import Candidate, Gap, Referral
from maillage.referrals.proposals import Agreement, Candidacy, Proposal
from maillage.referrals.vocabulary import Handover

PARIS = ZoneInfo("Europe/Paris")
SAMUEL = uuid5(NAMESPACE, "practitioner/samuel")
LATEST = timedelta(days=3)  # a hand-over is planned so long after the proposal


@dataclass(frozen=True, slots=True)
class Sent:
    """One family, its need in its words, the services in order, and how far it has come."""

    family: str
    need: str
    why: str
    services: tuple[str, ...]
    days: int  # since it was prepared
    far: str
    availability: str = ""


SENT = (
    Sent(
        "claudine", "separation",
        "Nous nous séparons. Nous voulons parler à deux des petits, sans nous disputer.",
        ("gray_group_separation", "gray_mediation"), 2, "proposed", "le mercredi, ou le soir",
    ),
    Sent(
        "pauline", "tantrums", "Je cherche d’autres parents qui vivent la même chose que moi.",
        ("champlitte_group",), 5, "accepted", "le matin, pendant l’école",
    ),
    Sent(
        "marion", "teenager_dialogue", "Que quelqu’un d’autre que moi écoute mon fils.",
        ("vesoul_teen_parents", "gray_youth"), 1, "consent_asked",
    ),
    Sent(
        "theo", "school_refusal", "Ma fille veut bien parler à quelqu’un, pas à l’école.",
        ("vesoul_youth",), 25, "closed", "après 17 h",
    ),
    Sent(
        "idriss", "fatherhood", "Rencontrer d’autres pères avant la naissance.",
        ("vesoul_fathers",), 9, "escalated", "le lundi soir",
    ),
)  # fmt: skip


def receive(anchor: date) -> None:
    """Pass them on, once; raise the gaps of the territory. What already stands is left as it is."""
    samuel = Practitioner.objects.filter(pk=SAMUEL, user__isnull=False).first()
    if samuel is not None and samuel.user_id is not None:
        for one in SENT:
            _send(one, anchor, by=samuel.user_id)
    pathways.survey_gaps(HOME, anchor)


def remove() -> None:
    """Take away what was passed on from invented appointments, or asked of invented services."""
    ours = Referral.objects.filter(
        pk__in=Candidate.objects.filter(service__is_demonstration=True).values("referral")
    )
    found = list(ours.order_by("pk").values_list("pk", flat=True))
    consents = Consent.objects.filter(candidate__referral__in=found)
    given = list(consents.order_by("pk").values_list("pk", flat=True))
    ContactLink.objects.filter(opens="referral", object_id__in=found).delete()
    Referral.objects.filter(pk__in=found).delete()
    Consent.objects.filter(pk__in=given).delete()
    Gap.objects.filter(departement=HOME).delete()


def _send(one: Sent, anchor: date, *, by: int) -> None:
    contact = uuid5(NAMESPACE, f"family/{one.family}/contact")
    appointment = Appointment.objects.filter(contact=contact).order_by("starts_at").first()
    key = uuid5(NAMESPACE, f"referral/{one.family}")
    if appointment is None or Referral.objects.filter(pk=uuid5(key, "referral")).exists():
        return
    began = datetime.combine(anchor, time(9), tzinfo=PARIS) - timedelta(days=one.days)
    codes = [f"demo:{HOME}:{name}" for name in one.services]
    services = {each.outside_id: each for each in Service.objects.filter(outside_id__in=codes)}
    wanted = Proposal(
        key=key,
        appointment_id=appointment.pk,
        need=one.need,
        why=one.why,
        candidates=tuple(Candidacy(services[code].pk, 25) for code in codes if code in services),
        availability=one.availability,
        handover=Handover.RECEIVER_CALLS,
        handover_at=began + LATEST,
    )
    _lead(actions.propose(wanted, by=by, now=began), one, began, by=by)


def _lead(referral: Referral, one: Sent, began: datetime, *, by: int) -> None:
    """Take it as far as the demonstration shows it."""
    if one.far == "consent_asked":
        actions.ask_consent(referral, by=by, now=began)
        return
    everyone = frozenset(referral.candidates.order_by("pk").values_list("pk", flat=True))
    referral = actions.agree(referral, Agreement(everyone, Consent.Means.DESK, by), now=began)
    first = referral.candidates.order_by("rank")[0]
    if one.far == "escalated":
        actions.escalate(referral, began + timedelta(days=8))
    if one.far in {"accepted", "closed"}:
        actions.accept(first, "Louise", now=began + timedelta(days=1))
    if one.far == "closed":
        met = began + timedelta(days=6)
        actions.note_first_contact(referral, met.date())
        words = "Elle y retourne d’elle-même."
        actions.say(referral, "yes", words, now=met + timedelta(days=10))
