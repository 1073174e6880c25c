"""The doors of the home page: what families live through, and the ages of life."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.directory.links import failing
from maillage.directory.needs import NEEDS
from maillage.directory.signposts import SIGNPOSTS, Signpost, urls
from maillage.directory.vocabulary import STAGE_MONTHS, LifeStage, Need
from maillage.portal.forms import EXPECTING


@dataclass(frozen=True, slots=True)
class Situation:
    """A door: a need, said in a few words, and what is behind it."""

    need: str
    title: str | Promise
    note: str | Promise

    @property
    def href(self) -> str:
        """The search, with the need written already."""
        return "?" + urlencode({"need": self.need}) + "#id_commune"


_SITUATIONS = (
    (
        "tantrums",
        _("Colères, limites, sommeil"),
        _("Conseil individuel, ateliers"),
    ),
    ("pregnancy", _("Un bébé arrive"), _("PMI, ateliers, futurs parents")),
    (
        "childcare_regular",
        _("Faire garder mon enfant"),
        _("Crèches, assistantes maternelles"),
    ),
    ("separation", _("Nous nous séparons"), _("Médiation familiale, espaces de rencontre")),
    ("homework", _("École et devoirs"), _("Accompagnement à la scolarité")),
    ("teenager_dialogue", _("Mon adolescent"), _("Groupes de parents, écoute des jeunes")),
    ("exhaustion", _("Je suis épuisé·e"), _("Écoute à distance, aide à la maison, groupes")),
    ("single_parent", _("Je suis seul·e à tout porter"), _("Réseaux d’entraide, parents solos")),
    (
        "disability_everyday",
        _("Mon enfant a un handicap"),
        _("Pôle ressources, accueil adapté"),
    ),
)


def situations() -> list[Situation]:
    """What families live through, most asked first."""
    return [Situation(need, title, note) for need, title, note in _SITUATIONS]


ONLINE = ("caf", "monenfant", "msa")


def signs(found: Iterable[Signpost]) -> list[tuple[Signpost, bool]]:
    """Signposts, and whether the site of each failed to answer when last tried: one query."""
    kept = list(found)
    broken = failing(urls(kept))
    return [(signpost, signpost.url in broken) for signpost in kept]


def online() -> list[tuple[Signpost, bool]]:
    """The tele-services that every family may need."""
    return signs(signpost for signpost in SIGNPOSTS if signpost.code in ONLINE)


@dataclass(frozen=True, slots=True)
class Stage:
    """An age of life and the needs that belong to it."""

    code: str
    label: str | Promise
    age: str  # as the search understands it
    needs: tuple[Need, ...]


def stages() -> list[Stage]:
    """The ages of life, with their own needs; those of every age come under none."""
    return [Stage(stage.value, stage.label, age_of(stage), needs_of(stage)) for stage in LifeStage]


def age_of(stage: LifeStage) -> str:
    """The age, for the search, in the middle of a stage."""
    if stage is LifeStage.EXPECTING:
        return EXPECTING
    low, high = STAGE_MONTHS[stage]
    return str((low + high) // 24 * 12)


def needs_of(stage: LifeStage) -> tuple[Need, ...]:
    """The needs that belong to a stage."""
    return tuple(need for need in NEEDS if stage in need.stages)
