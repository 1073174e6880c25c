"""Families, without accounts: a contact, a household, children known by their month only.

A parent gives a first name or a nickname and one way to be reached. Two adults of one household are
linked only when both accept, and each keeps their own contact, messages and privacy.
"""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.territory.models import Commune, Departement


class Household(models.Model):
    """A family that is served somewhere. Counted once, whatever it does."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    commune = models.ForeignKey(Commune, models.PROTECT, null=True, blank=True, related_name="+")
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("connu depuis le"), auto_now_add=True
    )
    last_contact_at = models.DateTimeField(_("dernier contact"), auto_now_add=True, db_index=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from"
    )

    class Meta:
        verbose_name = _("foyer")
        verbose_name_plural = _("foyers")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_household_is_not_merged_into_itself",
                condition=~Q(merged_into=models.F("id")),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Contact(models.Model):
    """How one adult wants to be called and reached. Never a user."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("par courriel")
        SMS = "sms", _("par SMS")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(Household, models.CASCADE, related_name="contacts")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    name = models.CharField(_("prénom ou surnom"), max_length=60)
    email = models.EmailField(_("adresse électronique"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=16, blank=True)
    channel = models.CharField(_("être prévenu·e"), max_length=5, choices=Channel.choices)
    language = models.CharField(_("langue"), max_length=2, default="fr")
    discreet = models.BooleanField(
        _("messages discrets"), default=False, help_text=_("Rien du sujet dans les messages.")
    )
    verified_at = models.DateTimeField(_("vérifié le"), null=True, blank=True)
    silenced_at = models.DateTimeField(_("plus de messages depuis le"), null=True, blank=True)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("créé le"), auto_now_add=True
    )
    erased_at = models.DateTimeField(_("effacé le"), null=True, blank=True)

    # Not stored: whether this very transaction wrote it.
    just_made = False

    class Meta:
        verbose_name = _("contact")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_contact_can_be_reached_as_asked",
                condition=Q(erased_at__isnull=False)
                | (Q(channel="email") & ~Q(email=""))
                | (Q(channel="sms") & ~Q(phone="")),
                violation_error_message=_(
                    "Donnez une adresse ou un numéro : c’est là que nous vous écrirons."
                ),
            ),
            models.CheckConstraint(
                name="an_erased_contact_keeps_nothing",
                condition=Q(erased_at=None) | Q(name="", email="", phone=""),
            ),
            models.CheckConstraint(
                name="a_phone_is_written_internationally",
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9]\d{6,14}$"),
                violation_error_message=_("Ce numéro de téléphone n’est pas complet."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Child(models.Model):
    """A child of the household: the month of birth or of the due date, nothing else."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="children")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    birth_month: "models.DateField[date | None, date | None]" = models.DateField(
        _("mois de naissance"), null=True, blank=True
    )
    due_month: "models.DateField[date | None, date | None]" = models.DateField(
        _("mois prévu de la naissance"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("enfant")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_child_is_born_or_awaited",
                condition=Q(birth_month__isnull=False, due_month=None)
                | Q(birth_month=None, due_month__isnull=False),
                violation_error_message=_("Donnez le mois de naissance, ou le mois prévu."),
            ),
            models.CheckConstraint(
                name="a_month_is_kept_as_its_first_day",
                condition=(Q(birth_month=None) | Q(birth_month__day=1))
                & (Q(due_month=None) | Q(due_month__day=1)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ContactLink(models.Model):
    """A signed link: random, kept as a hash, for one object, revocable, with an end."""

    class Opens(models.TextChoices):
        APPOINTMENT = "appointment", _("un rendez-vous")
        EPISODE = "episode", _("un accompagnement")
        REFERRAL = "referral", _("une orientation")
        OFFER = "offer", _("un créneau libéré")
        INVITATION = "invitation", _("une invitation")
        SECOND_PARENT = "second", _("l’invitation d’un autre parent")
        CALENDAR = "calendar", _("un agenda")

    token_hash = models.CharField(_("empreinte"), max_length=64, primary_key=True)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="links")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    opens = models.CharField(_("ouvre"), max_length=12, choices=Opens.choices)
    object_id = models.UUIDField(_("objet"))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("jusqu’au"))
    revoked_at = models.DateTimeField(_("annulé le"), null=True, blank=True)
    # The other parent, when the object is theirs and both come to it.
    shared_by = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="shared_links"
    )

    class Meta:
        verbose_name = _("lien personnel")
        verbose_name_plural = _("liens personnels")

    def __str__(self) -> str:
        return f"{self.opens} {self.object_id}"


class ContactCode(models.Model):
    """A one-time code asked at the door of /mon-espace/: kept as a hash, ten minutes, five tries.

    There is one whether or not the address is known here: nobody learns it from outside. What was
    typed is erased as soon as the code has left.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    door_hash = models.CharField(_("navigateur qui demande"), max_length=64, unique=True)
    channel = models.CharField(_("par"), max_length=5, choices=Contact.Channel.choices)
    address = models.CharField(_("adresse saisie"), max_length=254, blank=True)
    language = models.CharField(_("langue"), max_length=2, default="fr")
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="codes"
    )
    code_hash = models.CharField(_("empreinte du code"), max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("jusqu’au"))
    attempts = models.PositiveSmallIntegerField(_("essais"), default=0)
    proven_at = models.DateTimeField(_("prouvé le"), null=True, blank=True)
    used_at = models.DateTimeField(_("utilisé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("code à usage unique")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_code_is_tried_five_times_at_most", condition=Q(attempts__lte=5)
            ),
            models.CheckConstraint(
                name="a_code_is_used_once_proven",
                condition=Q(used_at=None) | Q(proven_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ContactSession(models.Model):
    """A short visit to /mon-espace/: one browser, the contacts of one person, half an hour."""

    token_hash = models.CharField(_("empreinte"), max_length=64, primary_key=True)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="sessions")
    # Those of the same person at the same address: one booked twice without coming here first.
    others = ArrayField(models.UUIDField(), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("jusqu’au"))
    ended_at = models.DateTimeField(_("quittée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("visite d’un parent")
        verbose_name_plural = _("visites de parents")

    def __str__(self) -> str:
        return f"{self.contact_id}"


class Tries(models.Model):
    """How often something was tried from one place within one stretch of time. Hashes only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key_hash = models.CharField(_("empreinte"), max_length=64)
    since = models.DateTimeField(_("depuis"))
    count = models.PositiveIntegerField(_("essais"), default=1)

    class Meta:
        verbose_name = _("essais")
        verbose_name_plural = _("essais")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key_hash", "since"], name="tries_are_counted_once_per_key_and_stretch"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Questions asked of consents."""

    def in_force(self) -> Self:
        """Keep those that were not taken back."""
        return self.filter(revoked_at=None)


class Consent(models.Model):
    """What a parent agreed to: for one thing, dated, and taken back when they wish."""

    class Purpose(models.TextChoices):
        ASSISTED_BOOKING = "assisted_booking", _("qu’un agent prenne rendez-vous pour moi")
        REFERRAL = "referral", _("que ma demande soit transmise à ces services")
        SECOND_PARENT = "second_parent", _("être relié·e à l’autre parent")
        NOTES_HANDED = "notes_handed", _("que des notes soient remises à un collègue")
        CALL_BACK = "call_back", _("qu’un agent me rappelle")

    class Means(models.TextChoices):
        ONLINE = "online", _("en ligne")
        PHONE = "phone", _("au téléphone")
        DESK = "desk", _("sur place")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consents")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    purpose = models.CharField(_("pour"), max_length=16, choices=Purpose.choices)
    object_id = models.UUIDField(_("objet"), null=True, blank=True)
    means = models.CharField(_("recueilli"), max_length=6, choices=Means.choices)
    given_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("donné le"), auto_now_add=True
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(_("repris le"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("accord")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_consent_not_given_online_was_recorded_by_someone",
                condition=Q(means="online") | Q(recorded_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.given_at:%Y-%m-%d}"


class SecondParent(models.Model):
    """Two adults of one household: asked by one, true once the other accepts, ended by either."""

    class State(models.TextChoices):
        INVITED = "invited", _("invitation envoyée")
        LINKED = "linked", _("relié·e")
        DECLINED = "declined", _("invitation refusée")
        ENDED = "ended", _("plus relié·e")

    LIVE: ClassVar = (State.INVITED, State.LINKED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    inviter = models.ForeignKey(Contact, models.CASCADE, related_name="asked_parents")
    invited = models.OneToOneField(Contact, models.CASCADE, related_name="asked_by")
    state = models.CharField(_("état"), max_length=8, choices=State.choices, default=State.INVITED)
    inviter_consent = models.ForeignKey(Consent, models.PROTECT, related_name="+")
    invited_consent = models.ForeignKey(
        Consent, models.PROTECT, null=True, blank=True, related_name="+"
    )
    former_household = models.ForeignKey(Household, models.PROTECT, related_name="+")
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("demandé le"), auto_now_add=True
    )
    expires_at = models.DateTimeField(_("jusqu’au"))
    ended_at = models.DateTimeField(_("terminé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("lien entre deux parents")
        verbose_name_plural = _("liens entre deux parents")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["inviter"],
                condition=Q(state__in=["invited", "linked"]),
                name="a_parent_asks_one_other_at_a_time",
                violation_error_message=_("Une invitation attend déjà une réponse."),
            ),
            models.CheckConstraint(
                name="two_parents_are_linked_when_both_accept",
                condition=~Q(state="linked") | Q(invited_consent__isnull=False),
            ),
            models.CheckConstraint(
                name="nobody_is_their_own_second_parent",
                condition=~Q(inviter=models.F("invited")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}"
