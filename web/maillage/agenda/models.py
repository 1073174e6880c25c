"""Who is free, where and how; what takes their time. A double booking cannot be stored.

Rules of availability are expanded into stored occurrences. Whatever occupies a practitioner or a
room (a session, a trip, an absence, a group) writes a claim, and two live claims of the same person
or room never overlap: the database refuses the second one, across employers, whatever the path.
"""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maillage.agenda.calendar_feed import CalendarFeed
from maillage.agenda.waiting_list import Offer, Shortage, WaitingEntry
from maillage.directory.models import Location, Service, ServiceAtLocation
from maillage.directory.openings import time_zone
from maillage.directory.rules import Recurrence
from maillage.directory.vocabulary import Delivery
from maillage.families.models import Contact, Household
from maillage.organizations.models import Organization
from maillage.practitioners.models import Practitioner, Profession
from maillage.territory.models import Commune, Departement

__all__ = [
    "Absence",
    "Appointment",
    "Availability",
    "AvailabilityException",
    "CalendarFeed",
    "Claim",
    "Occurrence",
    "Offer",
    "Room",
    "Shortage",
    "WaitingEntry",
]

Range = tuple[datetime, datetime]


class Room(models.Model):
    """A room that serves one claim at a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="rooms")
    name = models.CharField(_("salle"), max_length=80)
    capacity = models.PositiveSmallIntegerField(_("personnes"))

    class Meta:
        verbose_name = _("salle")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["location", "name"], name="one_room_per_name_and_place"
            ),
            models.CheckConstraint(
                name="a_room_holds_someone",
                condition=Q(capacity__gte=1),
                violation_error_message=_("Une salle reçoit au moins une personne."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Availability(Recurrence):
    """When a practitioner receives, for one employer: where, how, how long (RFC 5545)."""

    FARTHEST: ClassVar = timedelta(days=367)  # nothing opens further ahead

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="availabilities")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="availabilities")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.CASCADE, related_name="availabilities")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, models.PROTECT, null=True, blank=True, related_name="availabilities"
    )
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="availabilities"
    )
    modes = ArrayField(models.CharField(max_length=8, choices=Delivery.choices))
    slot_minutes = models.PositiveSmallIntegerField(_("durée d’un rendez-vous (min)"), default=60)
    buffer_minutes = models.PositiveSmallIntegerField(_("battement après (min)"), default=0)
    notice_hours = models.PositiveSmallIntegerField(_("délai avant (h)"), default=24)
    horizon_days = models.PositiveSmallIntegerField(_("ouvert à l’avance (jours)"), default=84)
    # One more person of each of these professions must be free too, for the same service.
    joined_by = ArrayField(
        models.CharField(max_length=24, choices=Profession.choices), default=list, blank=True
    )
    confirmed_by_hand = models.BooleanField(_("chaque demande est confirmée"), default=False)
    # Raised at each change, so that two people who edit at once do not undo each other unseen.
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(Recurrence.Meta):
        verbose_name = _("disponibilité")
        indexes: ClassVar = [
            models.Index(fields=["service", "practitioner"], name="rule_of_service_and_person")
        ]
        constraints: ClassVar = [
            *Recurrence.Meta.constraints,
            models.CheckConstraint(
                name="a_slot_lasts_a_sensible_time",
                condition=Q(slot_minutes__range=(10, 240)) & Q(buffer_minutes__lte=120),
                violation_error_message=_("Un rendez-vous dure de 10 minutes à 4 heures."),
            ),
            models.CheckConstraint(
                name="availability_has_a_way",
                condition=Q(modes__len__gte=1),
                violation_error_message=_("Choisissez au moins une façon de recevoir."),
            ),
            models.CheckConstraint(
                name="on_site_availability_has_a_place",
                condition=~Q(modes__overlap=["on_site", "mobile"])
                | Q(service_at_location__isnull=False),
                violation_error_message=_("Choisissez le lieu où vous recevez."),
            ),
            models.CheckConstraint(
                name="availability_opens_a_year_ahead_at_most",
                condition=Q(horizon_days__range=(1, 366)) & Q(notice_hours__lte=24 * 60),
                violation_error_message=_(
                    "On réserve d’un jour à un an à l’avance, avec un délai de deux mois au plus."
                ),
            ),
            models.CheckConstraint(
                name="an_availability_is_shared_by_four_at_most",
                condition=Q(joined_by__len__lte=3),
                violation_error_message=_("Un rendez-vous réunit quatre professionnels au plus."),
            ),
        ]

    def __str__(self) -> str:
        return f"{','.join(self.byday)} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"

    @property
    def mode_labels(self) -> list[str]:
        """The ways of receiving, as people read them."""
        return [str(Delivery(mode).label) for mode in self.modes]


class AvailabilityException(models.Model):
    """One day that differs from the rule: closed, or at other hours."""

    availability = models.ForeignKey(Availability, models.CASCADE, related_name="exceptions")
    day = models.DateField(_("jour"))
    opens_at = models.TimeField(_("de"), null=True, blank=True)
    closes_at = models.TimeField(_("à"), null=True, blank=True)

    class Meta:
        verbose_name = _("exception")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["availability", "day"], name="one_exception_per_availability_and_day"
            ),
            models.CheckConstraint(
                name="an_availability_exception_is_closed_or_has_hours",
                condition=Q(opens_at=None, closes_at=None) | Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("Donnez deux heures dans l’ordre, ou aucune."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class Occurrence(models.Model):
    """One stored stretch of availability, so that a slot search never expands a rule."""

    availability = models.ForeignKey(Availability, models.CASCADE, related_name="occurrences")
    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="occurrences")
    service = models.ForeignKey(Service, models.CASCADE, related_name="+")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("début"))
    ends_at = models.DateTimeField(_("fin"))
    # As the rule says them, so that a search reads only the stretches it may show.
    modes = ArrayField(models.CharField(max_length=8, choices=Delivery.choices))
    commune = models.CharField(max_length=5, blank=True, default="")  # empty: at a distance
    turn = models.PositiveIntegerField()  # who is shown first at one moment: drawn each day

    class Meta:
        verbose_name = _("plage")
        indexes: ClassVar = [
            models.Index(fields=["service", "starts_at", "turn"], name="occurrence_of_service"),
            models.Index(
                fields=["service", "commune", "starts_at", "turn"], name="occurrence_of_commune"
            ),
            models.Index(
                fields=["practitioner", "service", "starts_at"], name="occurrence_of_one_person"
            ),
            *(
                models.Index(
                    fields=["service", "starts_at", "turn"],
                    name=f"occurrence_{way}",
                    condition=Q(modes__contains=[way]),
                )
                for way in Delivery.values
            ),
            models.Index(fields=["practitioner", "ends_at"], name="occurrence_of_person"),
            models.Index(fields=["departement", "starts_at"], name="occurrence_of_departement"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["availability", "starts_at"], name="one_occurrence_per_rule_and_start"
            ),
            models.CheckConstraint(
                name="occurrence_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%d/%m %H:%M}"


class Absence(models.Model):
    """A time when a practitioner is away. No reason is asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField(_("du"))
    ends_at = models.DateTimeField(_("au"))
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("absence")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="absence_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("La fin doit suivre le début."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%d/%m %H:%M}"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Questions asked of appointments."""

    def live(self) -> Self:
        """Keep those that hold their time."""
        return self.filter(state__in=Appointment.LIVE)

    def upcoming(self, now: datetime) -> Self:
        """Keep those not yet over, soonest first."""
        return self.filter(ends_at__gt=now).order_by("starts_at", "pk")


class Appointment(models.Model):
    """A time given to a family. Moving or cancelling keeps the row, so the history stays true."""

    class State(models.TextChoices):
        PENDING = "pending", _("à confirmer")
        CONFIRMED = "confirmed", _("confirmé")
        ATTENDED = "attended", _("a eu lieu")
        EXCUSED = "excused", _("excusé")
        NO_SHOW = "no_show", _("personne n’est venu")
        CANCELLED = "cancelled", _("annulé")
        MOVED = "moved", _("déplacé")

    class Composition(models.TextChoices):
        ALONE = "alone", _("seul·e")
        COUPLE = "couple", _("en couple")
        WITH_CHILDREN = "with_children", _("avec mon ou mes enfants")
        FAMILY = "family", _("en couple avec les enfants")

    LIVE: ClassVar = (State.PENDING, State.CONFIRMED, State.ATTENDED, State.NO_SHOW)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="appointments")
    service = models.ForeignKey(Service, models.PROTECT, related_name="appointments")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="+")
    household = models.ForeignKey(Household, models.PROTECT, related_name="appointments")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="appointments")
    practitioners = models.ManyToManyField(Practitioner, related_name="appointments")
    starts_at = models.DateTimeField(_("début"), db_index=True)
    ends_at = models.DateTimeField(_("fin"))
    mode = models.CharField(_("façon"), max_length=8, choices=Delivery.choices)
    video_url = models.URLField(_("lien vidéo"), blank=True)
    composition = models.CharField(_("qui vient"), max_length=13, choices=Composition.choices)
    persons = models.PositiveSmallIntegerField(_("personnes"), default=1)
    state = models.CharField(
        _("état"), max_length=9, choices=State.choices, default=State.CONFIRMED
    )
    # How long it really lasted, as noted when it was closed; the booked length otherwise.
    real_minutes = models.PositiveSmallIntegerField(_("durée réelle, min"), null=True, blank=True)
    moved_to = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="moved_from"
    )
    booked_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("pris le"), auto_now_add=True
    )
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(_("annulé le"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("rappelé le"), null=True, blank=True)
    # One answer to two identical requests: the same form sent twice gives one appointment.
    request_key = models.UUIDField(unique=True, default=uuid.uuid4)
    # Not stored: whether this very request made it, so that it is announced once.
    just_booked = False
    # Not stored: who receives, for whoever has just written it.
    received_by: "list[Practitioner] | None" = None

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("rendez-vous")
        verbose_name_plural = _("rendez-vous")
        indexes: ClassVar = [
            models.Index(fields=["departement", "starts_at"], name="appointment_of_departement")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="appointment_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
            models.CheckConstraint(
                name="what_is_cancelled_has_a_date",
                condition=~Q(state="cancelled") | Q(cancelled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="what_is_moved_says_where",
                condition=~Q(state="moved") | Q(moved_to__isnull=False),
            ),
            models.CheckConstraint(name="someone_comes", condition=Q(persons__gte=1)),
            models.CheckConstraint(
                name="only_what_took_place_lasted",
                condition=Q(real_minutes=None) | Q(state="attended", real_minutes__range=(1, 600)),
                violation_error_message=_("Donnez une durée de 1 à 600 minutes."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%d/%m %H:%M}"

    def people(self) -> list[Practitioner]:
        """Who receives, as families read them."""
        known = self.received_by
        return known if known and len(known) == 1 else list(self.practitioners.all())

    @property
    def local_start(self) -> datetime:
        """When it starts on the clock of its département, for pages."""
        return self.starts_at.astimezone(time_zone(self.departement_id)).replace(tzinfo=None)

    @property
    def local_end(self) -> datetime:
        """When it ends on the clock of its département, for pages."""
        return self.ends_at.astimezone(time_zone(self.departement_id)).replace(tzinfo=None)


class Claim(models.Model):
    """A time taken from one practitioner or one room. Two live ones never overlap."""

    class Kind(models.TextChoices):
        SESSION = "session", _("rendez-vous")
        TRAVEL = "travel", _("trajet")
        ABSENCE = "absence", _("absence")
        GROUP = "group", _("groupe")
        HOLD = "hold", _("tenu pour une famille")

    # Made here: whoever writes a trip between two families' appointments may not read it back.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practitioner = models.ForeignKey(
        Practitioner, models.CASCADE, null=True, blank=True, related_name="claims"
    )
    room = models.ForeignKey(Room, models.CASCADE, null=True, blank=True, related_name="claims")
    period: "DateTimeRangeField" = DateTimeRangeField(_("période"))
    kind = models.CharField(_("nature"), max_length=8, choices=Kind.choices)
    live = models.BooleanField(default=True)
    appointment = models.ForeignKey(
        Appointment, models.CASCADE, null=True, blank=True, related_name="claims"
    )
    absence = models.ForeignKey(
        Absence, models.CASCADE, null=True, blank=True, related_name="claims"
    )
    offer = models.ForeignKey(Offer, models.CASCADE, null=True, blank=True, related_name="claims")
    departement = models.ForeignKey(Departement, models.PROTECT, null=True, related_name="+")
    # Where the person is during a session on site; null at a distance.
    commune = models.ForeignKey(Commune, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("temps pris")
        indexes: ClassVar = [GistIndex(fields=["period"], name="claim_period")]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="a_practitioner_is_in_one_place_at_a_time",
                expressions=[
                    ("practitioner", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(live=True, practitioner__isnull=False),
                violation_error_message=_("Ce créneau vient d’être pris. Choisissez-en un autre."),
            ),
            ExclusionConstraint(
                name="a_room_serves_one_meeting_at_a_time",
                expressions=[("room", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(live=True, room__isnull=False),
                violation_error_message=_(
                    "Cette salle vient d’être prise. Choisissez un autre créneau."
                ),
            ),
            models.CheckConstraint(
                name="a_claim_takes_one_person_or_one_room",
                condition=Q(practitioner__isnull=False, room=None)
                | Q(practitioner=None, room__isnull=False),
            ),
            models.CheckConstraint(
                name="a_claim_says_why",
                condition=Q(kind="travel")
                | Q(kind="group")
                | Q(kind="session", appointment__isnull=False)
                | Q(kind="absence", absence__isnull=False)
                | Q(kind="hold", offer__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"
