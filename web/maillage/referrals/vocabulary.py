"""The words of a referral: its states, why a service declines, the hand-over, how it ends.

Codes are stored; labels are what the family, the sender and the receiver all read.
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a referral stands. Being escalated is a date beside it: it may still be accepted."""

    DRAFT = "draft", _("en préparation")
    CONSENT_ASKED = "consent_asked", _("attend l’accord du parent")
    PROPOSED = "proposed", _("proposée, en attente de réponse")
    ACCEPTED = "accepted", _("acceptée")
    DECLINED = "declined", _("aucun service n’a pu accepter")
    CONTACTED = "contacted", _("premier contact fait")
    CLOSED = "closed", _("terminée")
    WITHDRAWN = "withdrawn", _("accord repris par le parent")
    EXPIRED = "expired", _("restée sans suite")


class Standing(models.TextChoices):
    """Where one candidate service stands in a referral."""

    WAITING = "waiting", _("pas encore sollicité")
    ASKED = "asked", _("sollicité")
    ACCEPTED = "accepted", _("a accepté")
    DECLINED = "declined", _("n’a pas pu accepter")
    CLOSED = "closed", _("n’est plus sollicité")


class Reason(models.TextChoices):
    """Why a service declines, without a word on the family."""

    FULL = "full", _("plus de place pour l’instant")
    NOT_OUR_HELP = "not_our_help", _("ce n’est pas ce que nous proposons")
    AGE = "age", _("l’âge de l’enfant ne convient pas")
    TOO_FAR = "too_far", _("trop loin pour cette famille")
    TIMES = "times", _("pas aux moments où la famille est disponible")
    CLOSED = "closed", _("fermé pour un temps")
    OTHER = "other", _("autre raison")


class Handover(models.TextChoices):
    """Who makes the first step, so that a referral is more than a leaflet."""

    SENDER_CALLS = "sender_calls", _("qui oriente appelle le service et présente la demande")
    RECEIVER_CALLS = "receiver_calls", _("le service appelle la famille")
    TOGETHER = "together", _("rendez-vous à trois : la famille, qui oriente et le service")
    FAMILY_CALLS = "family_calls", _("la famille préfère appeler elle-même")


class Outcome(models.TextChoices):
    """Whether the need was met."""

    YES = "yes", _("oui, le besoin a trouvé une réponse")
    PARTLY = "partly", _("en partie")
    NO = "no", _("non")
    UNKNOWN = "unknown", _("on ne sait pas")


class Voice(models.TextChoices):
    """Who said how it ended: the family's word is never overwritten by another."""

    FAMILY = "family", _("la famille")
    RECEIVER = "receiver", _("le service")
    NOBODY = "nobody", _("personne")


OPEN = (State.DRAFT, State.CONSENT_ASKED, State.PROPOSED, State.ACCEPTED, State.DECLINED,
        State.CONTACTED)  # fmt: skip
OVER = (State.CLOSED, State.WITHDRAWN, State.EXPIRED)
LIVE = (Standing.ASKED, Standing.ACCEPTED)

REMINDED_AFTER = timedelta(days=3)
WHOLE_LOOP = timedelta(days=21)  # first contact made by then, or someone is alerted
DRAFT_LASTS = timedelta(days=30)
CONSENT_LASTS = timedelta(days=14)
PROPOSAL_LASTS = timedelta(days=42)
OUTCOME_LASTS = timedelta(days=60)
LINK_LASTS = timedelta(days=30)
