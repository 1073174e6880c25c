"""The curated vocabulary: kinds of services, in the field's own words.

Needs, their plain words and both open standards' terms are in `needs.py`, which builds on this.
Codes are stable: they are stored, published and used in links.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a service is, as those who run and fund it call it."""

    LAEP = "laep", _("lieu d’accueil enfants-parents")
    DISCUSSION_GROUP = "discussion_group", _("groupe de parole")
    WORKSHOP = "workshop", _("atelier")
    CONFERENCE = "conference", _("rencontre-débat")
    PARENT_CHILD_ACTIVITY = "parent_child_activity", _("activité parent-enfant")
    INDIVIDUAL_SUPPORT = "individual_support", _("accompagnement individuel")
    FAMILY_MEDIATION = "family_mediation", _("médiation familiale")
    CONTACT_CENTRE = "contact_centre", _("espace de rencontre")
    CLAS = "clas", _("accompagnement à la scolarité")
    RPE = "rpe", _("relais petite enfance")
    EAJE = "eaje", _("crèche")
    MAM = "mam", _("maison d’assistantes maternelles")
    PMI = "pmi", _("protection maternelle et infantile")
    INFORMATION_POINT = "information_point", _("point info famille")
    FRANCE_SERVICES = "france_services", _("France services")
    SOCIAL_CENTRE = "social_centre", _("centre social")
    EVS = "evs", _("espace de vie sociale")
    RESOURCE_CENTRE = "parenting_resource_centre", _("lieu ressources parentalité")
    REMOTE_LISTENING = "remote_listening", _("écoute à distance")
    DISABILITY_RESOURCE_CENTRE = "disability_resource_centre", _("pôle ressources handicap")
    YOUTH_LISTENING = "youth_listening", _("point accueil écoute jeunes")
    LEGAL_ADVICE = "legal_advice", _("accès au droit")
    PEER_NETWORK = "peer_network", _("réseau d’entraide entre parents")
    HOME_SUPPORT = "home_support", _("aide à domicile aux familles")


class Delivery(models.TextChoices):
    """How the help reaches the family."""

    ON_SITE = "on_site", _("sur place")
    MOBILE = "mobile", _("vient près de chez vous")
    PHONE = "phone", _("par téléphone")
    VIDEO = "video", _("en vidéo")


class Audience(models.TextChoices):
    """Whom a service is made for; empty means everyone."""

    EXPECTANT = "expectant", _("futurs parents")
    PARENTS = "parents", _("parents")
    CHILDREN = "children", _("enfants")
    TEENAGERS = "teenagers", _("adolescents")
    GRANDPARENTS = "grandparents", _("grands-parents")
    SINGLE_PARENTS = "single_parents", _("parents seuls")
    SEPARATED_PARENTS = "separated_parents", _("parents séparés")
    CHILDMINDERS = "childminders", _("assistantes maternelles")
    PROFESSIONALS = "professionals", _("professionnels")


class Accommodation(models.TextChoices):
    """An adaptation a family may want. Never a diagnosis."""

    STEP_FREE = "step_free", _("sans marche")
    QUIET_SPACE = "quiet_space", _("espace calme")
    SIGN_LANGUAGE = "sign_language", _("langue des signes")
    HEARING_LOOP = "hearing_loop", _("boucle magnétique")
    EASY_TO_READ = "easy_to_read", _("facile à lire")
    CHILDREN_WELCOME = "children_welcome", _("on peut venir avec ses enfants")
    FEEDING_HELP = "feeding_help", _("aide au repas")
    DISABILITY_TRAINED = "disability_trained", _("équipe formée à l’accueil du handicap")
    HELP_WITH_FORMS = "help_with_forms", _("aide pour les démarches")


class LifeStage(models.TextChoices):
    """Where a family is on its way; ages in months, upper bound excluded."""

    EXPECTING = "expecting", _("J’attends un enfant")
    BABY = "baby", _("Bébé, de 0 à 3 ans")
    SMALL_CHILD = "small_child", _("Petit enfant, de 3 à 6 ans")
    SCHOOL_CHILD = "school_child", _("Enfant, de 6 à 11 ans")
    TEENAGER = "teenager", _("Adolescent, de 11 à 18 ans")
    YOUNG_ADULT = "young_adult", _("Jeune adulte, de 18 à 22 ans")


STAGE_MONTHS: dict[str, tuple[int, int]] = {
    LifeStage.BABY: (0, 36),
    LifeStage.SMALL_CHILD: (36, 72),
    LifeStage.SCHOOL_CHILD: (72, 132),
    LifeStage.TEENAGER: (132, 216),
    LifeStage.YOUNG_ADULT: (216, 264),
}

LANGUAGES: dict[str, Promise] = {
    "fr": _("français"),
    "en": _("anglais"),
    "ar": _("arabe"),
    "de": _("allemand"),
    "es": _("espagnol"),
    "it": _("italien"),
    "pl": _("polonais"),
    "pt": _("portugais"),
    "ro": _("roumain"),
    "ru": _("russe"),
    "sq": _("albanais"),
    "tr": _("turc"),
    "uk": _("ukrainien"),
    "fsl": _("langue des signes française"),
}


@dataclass(frozen=True, slots=True)
class Need:
    """A worry in a parent's words, and what answers it."""

    code: str
    label: str | Promise  # first person, plain words
    kinds: tuple[Kind, ...]  # most helpful first
    stages: tuple[LifeStage, ...] = ()  # empty: any
    words: tuple[str, ...] = ()  # what people type, without accents
    data_inclusion: tuple[str, ...] = ("famille--soutien-a-la-parentalite-et-a-leducation",)
