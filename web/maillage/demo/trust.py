"""Invented accreditations, charters, places seen, trainings and complaints of Haute-Saône."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

from maillage.complaints import codes
from maillage.complaints.models import Complaint
from maillage.core.tokens import fingerprint
from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE, school_year_start
from maillage.directory.models import Service
from maillage.directory.vocabulary import Kind
from maillage.organizations.models import Organization
from maillage.organizations.partnership import (
    Accreditation,
    CharterSignature,
    CriteriaGrid,
    Criterion,
    Finding,
    VenueCheck,
)
from maillage.people.models import User
from maillage.practitioners.models import Enrolment, Practitioner, Training, TrainingSession

PARIS = ZoneInfo("Europe/Paris")
YEAR = timedelta(days=365)
JUST_OVER = timedelta(days=10)  # since the first accreditation of Nadia's house ended
QUESTIONS = (
    ("L’équipe accompagne déjà des parents depuis deux ans au moins", 3, True),
    ("Chaque intervenant a un diplôme reconnu et une attestation d’honorabilité", 3, True),
    ("Les intervenants ont un temps de supervision", 2, False),
    ("Les familles sont reçues dans un lieu discret", 2, False),
    ("Un accueil est possible sans voiture, ou à distance", 1, False),
)
TRAININGS = (
    ("Écouter sans juger : recevoir un parent", "", 36, 24, 2, 14),
    ("Accompagner une famille en deuil", "grief", 48, 31, 1, 10),
    ("Parents d’adolescents : écrans, sorties, silences", "teenagers", 48, -20, 1, 12),
)
COMPLAINTS = (
    (
        "attente", 6, Complaint.State.RECEIVED,
        "Nous avons attendu quarante minutes dans le couloir, avec un bébé, sans que personne ne"
        " nous dise rien.", "",
    ),
    (
        "affichage", 40, Complaint.State.ANSWERED,
        "Le nom du service est écrit en grand sur la porte : tout le village sait pourquoi on"
        " vient.",
        "Vous avez raison. L’affiche est retirée et l’entrée se fait maintenant par le jardin,"
        " comme pour la bibliothèque.",
    ),
)  # fmt: skip


def receive(anchor: date) -> None:
    """Lay them once; accounts must be open, since every decision has its author."""
    hugo = User.objects.filter(email="hugo@demo.example.org").first()
    nadia = User.objects.filter(email="nadia@demo.example.org").first()
    if hugo is None or nadia is None:
        return
    grid = _grid(school_year_start(anchor) - YEAR)
    supports = Service.objects.filter(
        kind=Kind.INDIVIDUAL_SUPPORT, departement=HOME, is_demonstration=True
    )
    partners = Organization.objects.filter(pk__in=supports.values("organization")).order_by("pk")
    for n, partner in enumerate(partners):
        soon = n == 0  # one of them must think of its renewal
        _accredit(partner, grid, hugo, anchor, ends=anchor + timedelta(days=40) if soon else None)
    _apply(grid, nadia, hugo, partners, anchor)
    _teach(anchor, hugo)
    _complain(anchor, nadia)


def remove() -> None:
    """Take them away, with what was tried with them."""
    here = {"organization__is_demonstration": True}
    Complaint.objects.filter(**here).delete()
    Complaint.objects.filter(organization=None, departement=HOME).delete()
    Finding.objects.filter(accreditation__organization__is_demonstration=True).delete()
    Accreditation.objects.filter(**here).delete()
    CharterSignature.objects.filter(**here).delete()
    VenueCheck.objects.filter(**here).delete()
    CriteriaGrid.objects.filter(is_demonstration=True).delete()
    Training.objects.filter(is_demonstration=True).delete()


def _id(name: str) -> Any:
    return uuid5(NAMESPACE, f"trust/{name}")


def _grid(since: date) -> CriteriaGrid:
    grid, made = CriteriaGrid.objects.get_or_create(
        pk=_id("grid"),
        defaults={"departement_id": HOME, "valid_from": since, "is_demonstration": True},
    )
    if made:
        Criterion.objects.bulk_create(
            Criterion(
                pk=_id(f"criterion/{n}"), grid=grid, position=n, question=question, weight=weight,
                required=required,
            )
            for n, (question, weight, required) in enumerate(QUESTIONS, 1)
        )  # fmt: skip
    return grid


def _accredit(
    partner: Organization, grid: CriteriaGrid, hugo: User, anchor: date, ends: date | None
) -> None:
    since = school_year_start(anchor) - YEAR
    given, made = Accreditation.objects.get_or_create(
        pk=_id(f"accreditation/{partner.pk}"),
        defaults={
            "organization": partner,
            "departement_id": HOME,
            "grid": grid,
            "presentation": "Une équipe qui reçoit les familles du territoire depuis des années.",
            "state": Accreditation.State.ACCREDITED,
            "decided_on": since,
            "decided_by": hugo,
            "reason": "Équipe expérimentée, lieux discrets.",
            "valid_from": since,
            "valid_until": ends or since + 4 * YEAR,
        },
    )
    if made:
        _find(given, met=4)
        CharterSignature.objects.create(
            pk=_id(f"charter/{partner.pk}"), organization=partner, departement_id=HOME,
            text_of="Charte nationale du soutien à la parentalité", signed_on=since,
            valid_until=since + 3 * YEAR,
        )  # fmt: skip
        VenueCheck.objects.create(
            pk=_id(f"venue/{partner.pk}"), organization=partner, departement_id=HOME,
            place="Le bureau du premier étage", closed_door=True, waiting_place=True,
            for_children=True, step_free=False, no_label_outside=True, seen_on=since, seen_by=hugo,
            comment="Prévoir une rampe ou le bureau du rez-de-chaussée.",
        )  # fmt: skip


def _find(asked: Accreditation, met: int) -> None:
    Finding.objects.bulk_create(
        Finding(accreditation=asked, departement_id=HOME, criterion=one, met=one.position <= met)
        for one in asked.grid.criteria.all()
    )


def _apply(
    grid: CriteriaGrid, nadia: User, hugo: User, partners: Any, anchor: date
) -> None:  # fmt: skip
    """The structure that Nadia runs asks for a second accreditation: Hugo has one to examine."""
    hers = Organization.objects.filter(memberships__user=nadia).exclude(pk__in=partners)
    if (asking := hers.first()) is not None:
        _accredit(asking, grid, hugo, anchor, ends=anchor - JUST_OVER)
        Accreditation.objects.get_or_create(
            pk=_id("application"),
            defaults={
                "organization": asking,
                "departement_id": HOME,
                "grid": grid,
                "presentation": "Nous accueillons les parents de Gray depuis six ans ; notre"
                " agrément vient de finir, et nous souhaitons continuer les entretiens.",
                "applied_by": nadia,
            },
        )


def _teach(anchor: date, hugo: User) -> None:
    monday = anchor - timedelta(days=anchor.weekday())
    for title, skill, months, ahead, lasts, places in TRAININGS:
        training, made = Training.objects.get_or_create(
            pk=_id(f"training/{title}"),
            defaults={
                "departement_id": HOME, "title": title, "skill": skill, "valid_months": months,
                "is_demonstration": True,
            },
        )  # fmt: skip
        if not made:
            continue
        first = monday + timedelta(days=ahead)
        session = TrainingSession.objects.create(
            pk=_id(f"session/{title}"), training=training, departement_id=HOME, starts_on=first,
            ends_on=first + timedelta(days=lasts - 1), place="Vesoul, maison des associations",
            capacity=places,
        )  # fmt: skip
        people = Practitioner.objects.filter(is_demonstration=True).order_by("name")
        Enrolment.objects.bulk_create(
            Enrolment(
                session=session, practitioner=one, departement_id=HOME, enrolled_by=hugo,
            )
            for one in people[:2]
        )  # fmt: skip


def _complain(anchor: date, nadia: User) -> None:
    about = Service.objects.filter(
        organization__memberships__user=nadia, is_demonstration=True, departement=HOME
    ).order_by("pk")
    service = about.first()
    if service is None:
        return
    for key, days_ago, state, text, answer in COMPLAINTS:
        received = datetime.combine(anchor - timedelta(days=days_ago), time(18, 20), PARIS)
        answered = bool(answer)
        Complaint.objects.get_or_create(
            pk=_id(f"complaint/{key}"),
            defaults={
                "code_hash": fingerprint(codes.new()),
                "departement_id": HOME,
                "organization_id": service.organization_id,
                "service": service,
                "text": text,
                "received_at": received,
                "due_on": received.date() + timedelta(days=30),
                "state": state,
                "handled_by": nadia if answered else None,
                "answer": answer,
                "answered_at": received + timedelta(days=4) if answered else None,
            },
        )
