"""R115: the national tele-services and lines that every family may use, beside local services.

Curated by hand; each address is tried every day (`links.py`), so that a page never sends a family
to a site that no longer answers without saying so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Signpost:
    """One site or line, what a family does there, and the needs that it answers."""

    code: str
    name: str | Promise
    purpose: str | Promise
    url: str
    needs: tuple[str, ...] = ()
    phone: str = ""
    urgent: bool = False


_CHILDCARE = (
    "childcare_regular",
    "childcare_occasional",
    "childcare_early_late",
    "childcare_disability",
)
SIGNPOSTS: tuple[Signpost, ...] = (
    Signpost(
        "caf",
        "caf.fr",
        _("Demander une aide, estimer vos droits, déclarer un changement."),
        "https://www.caf.fr/",
        ("rights_and_benefits", "pregnancy", "separation", "single_parent", "holidays_leisure"),
        "3230",
    ),
    Signpost(
        "monenfant",
        "monenfant.fr",
        _("Trouver une crèche, une assistante maternelle ou un relais près de chez vous."),
        "https://monenfant.fr/",
        (*_CHILDCARE, "employ_childminder"),
    ),
    Signpost(
        "pajemploi",
        "Pajemploi",
        _("Déclarer la personne qui garde votre enfant et obtenir sa fiche de paie."),
        "https://www.pajemploi.urssaf.fr/",
        ("employ_childminder",),
    ),
    Signpost(
        "msa",
        "msa.fr",
        _("Vos droits et vos démarches si vous dépendez du régime agricole."),
        "https://www.msa.fr/",
        ("rights_and_benefits",),
    ),
    Signpost(
        "service_public",
        "Service-public.fr",
        _("Connaître vos droits et faire vos démarches administratives."),
        "https://www.service-public.fr/particuliers/vosdroits/N19805",
        ("rights_and_benefits", "birth_return_home"),
    ),
    Signpost(
        "france_services",
        "France services",
        _("Trouver un agent qui vous aide dans vos démarches, près de chez vous."),
        "https://www.france-services.gouv.fr/",
        ("rights_and_benefits",),
    ),
    Signpost(
        "alimony",
        _("Pension alimentaire (Aripa)"),
        _("Fixer, recevoir ou récupérer une pension alimentaire."),
        "https://www.pension-alimentaire.caf.fr/",
        ("separation", "single_parent"),
    ),
    Signpost(
        "first_days",
        "1000-premiers-jours.fr",
        _("Des repères simples, de la grossesse aux deux ans de votre enfant."),
        "https://www.1000-premiers-jours.fr/",
        ("pregnancy", "birth_return_home", "feeding_weaning", "sleep", "crying"),
    ),
    Signpost(
        "allo_parents_bebe",
        "Allo Parents Bébé",
        _("Des professionnelles vous écoutent, de la grossesse aux trois ans. Gratuit."),
        "https://www.alloparentsbebe.org/",
        ("pregnancy", "birth_return_home", "crying", "sleep", "exhaustion"),
        "0 800 00 34 56",
    ),
    Signpost(
        "disability_file",
        "Mdph en ligne",
        _("Faire la demande à la maison des personnes handicapées, ou la renouveler."),
        "https://mdphenligne.cnsa.fr/",
        ("disability_everyday", "childcare_disability"),
    ),
    Signpost(
        "bullying",
        "3018",
        _("Harcèlement, à l’école ou en ligne : on vous écoute et on agit. Gratuit."),
        "https://e-enfance.org/",
        ("bullying", "screens"),
        "3018",
    ),
    Signpost(
        "screens",
        "jeprotegemonenfant.gouv.fr",
        _("Régler le contrôle parental, parler des écrans et des images."),
        "https://jeprotegemonenfant.gouv.fr/",
        ("screens",),
    ),
    Signpost(
        "youth_health",
        "Fil santé jeunes",
        _("Pour les 12–25 ans : poser une question, parler, sans donner son nom. Gratuit."),
        "https://www.filsantejeunes.com/",
        ("teenager_unwell", "teenager_dialogue"),
        "0 800 235 236",
    ),
    Signpost(
        "suicide_prevention",
        "3114",
        _("Idées noires, les vôtres ou celles d’un proche : jour et nuit. Gratuit."),
        "https://3114.fr/",
        ("teenager_unwell", "exhaustion"),
        "3114",
        urgent=True,
    ),
    Signpost(
        "drugs",
        "Drogues info service",
        _("Alcool, cannabis, jeux : pour les jeunes et pour leurs parents. Gratuit."),
        "https://www.drogues-info-service.fr/",
        ("addictions",),
        "0 800 23 13 13",
    ),
    Signpost(
        "violence",
        "3919",
        _("Violences dans le couple : jour et nuit, sans donner votre nom. Gratuit."),
        "https://arretonslesviolences.gouv.fr/",
        ("violence", "couple_conflict"),
        "3919",
        urgent=True,
    ),
    Signpost(
        "child_in_danger",
        "119",
        _("Un enfant en danger, ou en risque de l’être : jour et nuit. Gratuit."),
        "https://www.allo119.gouv.fr/",
        ("violence",),
        "119",
        urgent=True,
    ),
    Signpost(
        "school",
        _("Éducation nationale"),
        _("Inscription, calendrier, aides et vie à l’école."),
        "https://www.education.gouv.fr/",
        ("starting_school", "homework", "school_refusal"),
    ),
)


def signposts_for(need: str) -> list[Signpost]:
    """Return the signposts of one need, urgent ones first."""
    found = [signpost for signpost in SIGNPOSTS if need in signpost.needs]
    return sorted(found, key=lambda signpost: not signpost.urgent)


def urls(signposts: Iterable[Signpost] = SIGNPOSTS) -> list[str]:
    """Return the addresses of signposts, in their order."""
    return [signpost.url for signpost in signposts]
