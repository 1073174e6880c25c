"""An invented scale of five bands, an unchecked national one, fees that families were asked."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid5

from django.db.models import Count, Q

from maillage.agenda.models import Appointment
from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE, school_year_start
from maillage.directory.models import Service
from maillage.directory.vocabulary import Kind
from maillage.fees import funding
from maillage.fees.actions import Answer, set_fee
from maillage.fees.models import (
    Band,
    Confirmation,
    Cost,
    Fee,
    Funding,
    Schedule,
    ScheduleVersion,
    Tariff,
)
from maillage.fees.publishing import national_draft
from maillage.organizations.models import Organization
from maillage.people.models import User
from maillage_parameters import get

FIVE = ((800, 0), (1300, 2), (1800, 4), (2500, 7), (None, 10))
NET_SMIC = Decimal(1480)  # an invented round number: the operator writes its own
ANSWERS = (
    Answer(Fee.Kind.BAND, income=Decimal(700)),
    Answer(Fee.Kind.BAND, income=Decimal(1150)),
    Answer(),
    Answer(Fee.Kind.BAND, income=Decimal(1650)),
    Answer(Fee.Kind.WAIVER),
    Answer(Fee.Kind.BAND, income=Decimal(1200)),
    Answer(Fee.Kind.BAND, income=Decimal(2900)),
)
SHARES = {"caf": Decimal(60), "state": Decimal(25), "departement": Decimal(15)}
A_SESSION, A_MONTH = Decimal("58.35"), Decimal("45.10")


def receive(anchor: date) -> None:
    """Lay scales, fees and accounts once; what is published stays as it is."""
    since = school_year_start(anchor)
    supports = Service.objects.filter(
        kind=Kind.INDIVIDUAL_SUPPORT, departement=HOME, is_demonstration=True
    ).select_related("organization")
    for service in supports.order_by("pk"):
        _apply(service, _invented(service.organization, since), since)
    mediation = Service.objects.filter(
        kind=Kind.FAMILY_MEDIATION, departement=HOME, is_demonstration=True
    ).select_related("organization")
    for service in mediation.order_by("pk"):
        _apply(service, _national(service.organization, since), since)
    nadia = User.objects.filter(email="nadia@demo.example.org").first()
    for hers in Organization.objects.filter(memberships__user=nadia) if nadia else ():
        _invented(hers, since)  # a page to try, even where everything is free
    _ask()
    busiest = supports.annotate(
        held=Count("appointments", filter=Q(appointments__state="attended"))
    )
    for service in busiest.order_by("-held", "pk")[:3]:
        _account(service, anchor)


def remove() -> None:
    """Take them away; only what is a demonstration may be."""
    scales = Schedule.objects.filter(is_demonstration=True)
    Fee.objects.filter(version__schedule__in=scales).delete()
    Tariff.objects.filter(schedule__in=scales).delete()
    Confirmation.objects.filter(version__schedule__in=scales).delete()
    ScheduleVersion.objects.filter(schedule__in=scales).delete()
    scales.delete()
    Funding.objects.filter(service__is_demonstration=True).delete()
    Cost.objects.filter(service__is_demonstration=True).delete()


def _invented(owner: Organization, since: date) -> Schedule:
    scale, made = Schedule.objects.get_or_create(
        pk=uuid5(NAMESPACE, f"scale/{owner.pk}"),
        defaults={
            "organization": owner,
            "name": "Barème inventé pour la démonstration",
            "per": Schedule.Per.SESSION,
            "is_demonstration": True,
        },
    )
    if made:
        version = _version(scale, since, "Barème inventé, qui n’engage personne", Decimal(10))
        Band.objects.bulk_create(
            Band(version=version, position=n, up_to=top, base=base, percent=0)
            for n, (top, base) in enumerate(FIVE, 1)
        )
    return scale


def _national(owner: Organization, since: date) -> Schedule:
    parameter = get("fees.family_mediation")
    scale, made = Schedule.objects.get_or_create(
        pk=uuid5(NAMESPACE, f"mediation/{owner.pk}"),
        defaults={
            "organization": owner,
            "name": "Barème national de la médiation familiale",
            "parameter": parameter.name,
            "per": Schedule.Per.PERSON,
            "is_demonstration": True,
        },
    )
    if made:
        entry = parameter.on(since)
        version = _version(
            scale, since, entry.source_title, entry.scale.ceiling, ScheduleVersion.Status.UNCHECKED
        )
        Band.objects.bulk_create(
            Band(
                version=version,
                position=n,
                up_to=NET_SMIC if name == "smic" else step.up_to,
                bound_name=name,
                holds_bound=step.holds_bound,
                base=step.base,
                percent=step.percent,
            )
            for n, (step, name) in enumerate(national_draft(parameter, since), 1)
        )
    return scale


def _version(
    scale: Schedule,
    since: date,
    source: str,
    ceiling: Decimal,
    status: ScheduleVersion.Status = ScheduleVersion.Status.CHECKED,
) -> ScheduleVersion:
    return ScheduleVersion.objects.create(
        schedule=scale,
        valid_from=since,
        status=status,
        source=source,
        basis="Toutes les ressources du mois, sans les aides de la Caf",
        rounding=Decimal("1.00"),
        floor=Decimal(0) if scale.parameter == "" else Decimal(2),
        ceiling=ceiling,
    )


def _apply(service: Service, scale: Schedule, since: date) -> None:
    if not Tariff.objects.filter(service=service).exists() and service.cost != Service.Cost.FREE:
        Tariff.objects.create(service=service, schedule=scale, valid_from=since)


def _ask() -> None:
    """Answer for the invented families that have an appointment and were asked nothing yet."""
    waiting = Appointment.objects.live().filter(
        service__is_demonstration=True, departement=HOME, fee=None
    )
    for n, one in enumerate(waiting.select_related("service").order_by("starts_at", "pk")):
        set_fee(one, ANSWERS[n % len(ANSWERS)])


def _account(service: Service, anchor: date) -> None:
    claire = User.objects.filter(email="claire@demo.example.org").first()
    if claire is None:
        return
    if not Funding.objects.filter(service=service, year=anchor.year).exists():
        funding.set_shares(service, anchor.year, SHARES, by=claire.pk)
    if Cost.objects.filter(service=service, spent_on__year=anchor.year).exists():
        return
    for month in range(1, anchor.month):
        end = date(anchor.year, month + 1, 1) - timedelta(days=1)
        held = Appointment.objects.filter(
            service=service, state="attended", starts_at__year=end.year, starts_at__month=month
        ).count()
        for kind, label, amount in (
            ("staff", "Salaires", held * A_SESSION),
            ("premises", "Loyer du bureau", A_MONTH),
        ):
            if amount:
                line = Cost(service=service, spent_on=end, kind=kind, label=label, amount=amount)
                funding.add_cost(line, by=claire.pk)
