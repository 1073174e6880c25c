"""What a diagnosis may ask: for whom, counted how, falling how with time, unserved in which sense.

Codes are French: they are read in shareable addresses and in file names.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.directory.vocabulary import Kind
from maillage.directory.when import EVENINGS, WEDNESDAY, When


class Audience(models.TextChoices):
    """Whose needs are counted."""

    UNDER_3 = "moins-de-3-ans", _("les enfants de moins de 3 ans")
    UNDER_6 = "moins-de-6-ans", _("les enfants de moins de 6 ans")
    FROM_6_TO_17 = "6-17-ans", _("les enfants de 6 à 17 ans")
    CHILDREN = "0-17-ans", _("les enfants de moins de 18 ans")
    EVERYONE = "tous", _("toute la population")


@dataclass(frozen=True, slots=True)
class AudienceFacts:
    """How an audience is read and spoken of."""

    columns: tuple[str, ...]  # of Commune, added up
    months: tuple[int, int] | None  # both included; None: any age
    noun: Promise  # after a number: "3 420 enfants de moins de 6 ans"
    one: Promise  # "un enfant de moins de 6 ans"


AUDIENCES: dict[str, AudienceFacts] = {
    Audience.UNDER_3: AudienceFacts(
        ("children_under_3",), (0, 35), _("enfants de moins de 3 ans"), _("enfant")
    ),
    Audience.UNDER_6: AudienceFacts(
        ("children_under_6",), (0, 71), _("enfants de moins de 6 ans"), _("enfant")
    ),
    Audience.FROM_6_TO_17: AudienceFacts(
        ("children_6_17",), (72, 215), _("enfants de 6 à 17 ans"), _("enfant")
    ),
    Audience.CHILDREN: AudienceFacts(
        ("children_under_6", "children_6_17"),
        (0, 215),
        _("enfants de moins de 18 ans"),
        _("enfant"),
    ),
    Audience.EVERYONE: AudienceFacts(("population",), None, _("habitants"), _("habitant")),
}


class Measure(models.TextChoices):
    """What one service weighs."""

    SITES = "lieux", _("le nombre de lieux")
    PLACES = "places", _("le nombre de places")
    HOURS = "heures", _("les heures d’ouverture par semaine")


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """How a score in that measure is shown: so many units per so many people."""

    per: int
    short: Promise  # unit of the supply alone
    explanation: Promise


MEASURES: dict[str, MeasureFacts] = {
    Measure.SITES: MeasureFacts(
        1000,
        _("lieux"),
        _("Chaque lieu compte pour un ; un service itinérant se partage entre ses étapes."),
    ),
    Measure.PLACES: MeasureFacts(
        100,
        _("places"),
        _("Les places déclarées ; un service sans nombre de places n’entre pas dans le score."),
    ),
    Measure.HOURS: MeasureFacts(
        100,
        _("heures par semaine"),
        _("Les heures d’ouverture d’une semaine moyenne de l’année, vacances comprises."),
    ),
}


class Decay(models.TextChoices):
    """How willingness to travel falls with time; `t` minutes, threshold `T`."""

    STEPS = "paliers", _("par paliers")
    ALL_OR_NOTHING = "tout-ou-rien", _("tout ou rien")
    LINEAR = "lineaire", _("en ligne droite")
    GAUSSIAN = "gaussienne", _("en cloche")
    PARABOLA = "parabole", _("en parabole")
    EXPONENTIAL = "exponentielle", _("exponentielle")
    LOGISTIC = "logistique", _("en S")


@dataclass(frozen=True, slots=True)
class DecayFacts:
    """A decay in one plain sentence and in one formula."""

    sentence: Promise
    formula: str


DECAYS: dict[str, DecayFacts] = {
    Decay.STEPS: DecayFacts(
        _(
            "Un lieu tout proche compte entièrement, à mi-chemin aux deux tiers,"
            " au bout pour un cinquième."
        ),
        "w = 1 (t ≤ T/3) ; 0,68 (t ≤ 2T/3) ; 0,22 (t ≤ T) ; 0 au-delà",
    ),
    Decay.ALL_OR_NOTHING: DecayFacts(
        _(
            "Tout lieu sous le seuil compte autant,"
            " qu’il soit à 2 minutes ou juste avant la limite."
        ),
        "w = 1 (t ≤ T) ; 0 au-delà",
    ),
    Decay.LINEAR: DecayFacts(
        _("Chaque minute de plus compte autant que la précédente, jusqu’à zéro au seuil."),
        "w = 1 − t/T",
    ),
    Decay.GAUSSIAN: DecayFacts(
        _("Les premières minutes pèsent peu, puis l’envie de venir baisse vite : une cloche."),
        "w = (e^(−½(t/T)²) − e^(−½)) / (1 − e^(−½))",
    ),
    Decay.PARABOLA: DecayFacts(
        _("Presque rien n’est perdu près de chez soi, presque tout l’est près du seuil."),
        "w = 1 − (t/T)²",
    ),
    Decay.EXPONENTIAL: DecayFacts(
        _("L’envie de venir est divisée par deux à chaque tiers du seuil."),
        "w = e^(−βt), β = 3 ln 2 / T, 0 au-delà de T",
    ),
    Decay.LOGISTIC: DecayFacts(
        _("Peu de différence au début, une chute autour de la moitié du seuil, puis presque rien."),
        "w = (1 + e^(−m/s)) / (1 + e^((t−m)/s)), m = T/2, s = T/10, 0 au-delà de T",
    ),
}


class Moment(models.TextChoices):
    """When families can come: a place that is open then counts, the others do not."""

    EVENING = "soir", _("le soir en semaine, jusqu’à 19 h au moins")
    WEDNESDAY = "mercredi", _("le mercredi")
    SATURDAY = "samedi", _("le samedi")


MOMENTS: dict[str, When] = {
    Moment.EVENING: EVENINGS,
    Moment.WEDNESDAY: WEDNESDAY,
    Moment.SATURDAY: When((5,)),
}


class Unserved(models.TextChoices):
    """In which sense a commune is called unserved."""

    FAR = "trop-loin", _("le lieu le plus proche est au-delà du seuil")
    NOTHING = "score-nul", _("le score d’accès est nul")
    RELATIVE = "sous-la-mediane", _("le score est très en dessous de la médiane")


PLACES_BY_DEFAULT = frozenset({Kind.EAJE, Kind.MAM})
AUDIENCE_BY_DEFAULT: dict[str, Audience] = {
    Kind.LAEP: Audience.UNDER_6,
    Kind.RPE: Audience.UNDER_3,
    Kind.EAJE: Audience.UNDER_3,
    Kind.MAM: Audience.UNDER_3,
    Kind.PMI: Audience.UNDER_6,
    Kind.CLAS: Audience.FROM_6_TO_17,
    Kind.YOUTH_LISTENING: Audience.FROM_6_TO_17,
    Kind.FRANCE_SERVICES: Audience.EVERYONE,
    Kind.LEGAL_ADVICE: Audience.EVERYONE,
}

# How a kind is named inside a question: "Qui atteint un relais petite enfance ?"
WITH_ARTICLE: dict[str, Promise] = {
    Kind.LAEP: _("un lieu d’accueil enfants-parents"),
    Kind.DISCUSSION_GROUP: _("un groupe de parole"),
    Kind.WORKSHOP: _("un atelier"),
    Kind.CONFERENCE: _("une rencontre-débat"),
    Kind.PARENT_CHILD_ACTIVITY: _("une activité parent-enfant"),
    Kind.INDIVIDUAL_SUPPORT: _("un accompagnement individuel"),
    Kind.FAMILY_MEDIATION: _("une médiation familiale"),
    Kind.CONTACT_CENTRE: _("un espace de rencontre"),
    Kind.CLAS: _("un accompagnement à la scolarité"),
    Kind.RPE: _("un relais petite enfance"),
    Kind.EAJE: _("une crèche"),
    Kind.MAM: _("une maison d’assistantes maternelles"),
    Kind.PMI: _("une consultation de PMI"),
    Kind.INFORMATION_POINT: _("un point info famille"),
    Kind.FRANCE_SERVICES: _("une maison France services"),
    Kind.SOCIAL_CENTRE: _("un centre social"),
    Kind.EVS: _("un espace de vie sociale"),
    Kind.RESOURCE_CENTRE: _("un lieu ressources parentalité"),
    Kind.REMOTE_LISTENING: _("une écoute à distance"),
    Kind.DISABILITY_RESOURCE_CENTRE: _("un pôle ressources handicap"),
    Kind.YOUTH_LISTENING: _("un point accueil écoute jeunes"),
    Kind.LEGAL_ADVICE: _("une permanence d’accès au droit"),
    Kind.PEER_NETWORK: _("un réseau d’entraide entre parents"),
    Kind.HOME_SUPPORT: _("une aide à domicile aux familles"),
}
