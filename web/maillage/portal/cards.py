"""What a card says of one result: what, when, how far, how much, with whom; then why."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from maillage.directory.freshness import Freshness
from maillage.directory.models import Service
from maillage.directory.needs import BY_CODE
from maillage.directory.offers import Way
from maillage.directory.vocabulary import LANGUAGES, Accommodation, Delivery
from maillage.portal import words
from maillage.portal.results import NEAR_MINUTES, Asked, Result
from maillage.practitioners.skills_of_needs import SKILL_OF

ALSO_SHOWN = 4
REMOTE = frozenset({Delivery.PHONE, Delivery.VIDEO})


@dataclass(frozen=True, slots=True)
class Card:
    """The texts of a card, in the reader's language."""

    anchor: str
    title: str
    href: str
    number: int | None  # on the map
    chips: tuple[tuple[str, str], ...]
    place: str
    when: str
    when_note: str
    far: str
    far_note: str
    fee: str
    by: str
    why: tuple[str, ...]
    phone: str
    phone_href: str
    alert: str
    stale: str
    also: tuple[str, ...]  # other places of the same service
    book_href: str = ""  # empty when no time can be taken here


def card(
    result: Result,
    asked: Asked,
    number: int | None = None,
    *,
    bookable: Collection[UUID] = (),
) -> Card:
    """Write the card of one result of a search; `bookable` are the services with an agenda here."""
    service, at = result.service, result.offer.at
    phone = service.phone or (at.location.phone if at else "") or service.organization.phone
    when, when_note = _when(result, asked)
    far, far_note = _far(result, asked)
    return Card(
        anchor=str(result.offer.key),
        title=words.name(service),
        href=reverse("portal:service", args=[service.pk]),
        number=number,
        chips=_chips(result),
        place=f"{at.location.name}, {at.location.commune.name}" if at else "",
        when=when,
        when_note=when_note,
        far=far,
        far_note=far_note,
        fee=words.fee(service),
        by=service.organization.name,
        why=tuple(_why(result, asked)),
        phone=phone,
        phone_href=telephone(phone),
        alert=service.alert or (str(service.get_status_display()) if result.is_closed else ""),
        stale=_stale(result),
        also=tuple(_elsewhere(other) for other in result.also[:ALSO_SHOWN]),
        book_href=_times(service, asked.wanted.need) if service.pk in bookable else "",
    )


def _times(service: Service, need: str) -> str:
    """The free times of a service; for a need that a skill answers, of those who hold it."""
    query = {"besoin": need} if need in SKILL_OF else None
    return reverse("portal:slots", args=[service.pk], query=query)


def _elsewhere(result: Result) -> str:
    at = result.offer.at
    where = at.location.commune.name if at else ""
    return f"{where} ({words.minutes(result.minutes)})"


def telephone(number: str) -> str:
    """Write the address that calls a number."""
    digits = "".join(sign for sign in number if sign.isdigit() or sign == "+")
    return f"tel:{digits}" if digits else ""


def _chips(result: Result) -> tuple[tuple[str, str], ...]:
    service = result.service
    kind = str(service.get_kind_display())
    chips = [(kind[:1].upper() + kind[1:], "")]
    if result.offer.way is Way.REMOTE:
        remote = [str(Delivery(m).label) for m in service.modes if m in REMOTE]
        said = words.listed(remote)
        chips.append((said[:1].upper() + said[1:], "accent"))
    elif result.offer.way is Way.VISIT or (result.offer.at and result.offer.at.is_mobile_stop):
        label = str(Delivery.MOBILE.label)
        chips.append((label[:1].upper() + label[1:], "accent"))
    if service.minimum_age or service.maximum_age:
        said = words.ages(service)
        chips.append((said[:1].upper() + said[1:], "plain"))
    return tuple(chips)


def _when(result: Result, asked: Asked) -> tuple[str, str]:
    if result.opening is None:
        return _("Horaires à demander"), ""
    note = _("à confirmer : mieux vaut appeler") if result.opening.to_confirm else ""
    joining = str(result.service.get_joining_display())
    return words.opening(result.opening, asked.now), note or f"({joining})"


def _far(result: Result, asked: Asked) -> tuple[str, str]:
    if result.journey is None:
        if result.offer.way is Way.REMOTE:
            return _("De chez vous"), ""
        return _("Vient chez vous"), ""
    estimated = _("(estimation)") if result.journey.is_estimate else ""
    return result.journey.in_words(), estimated


def _why(result: Result, asked: Asked) -> list[str]:
    """Say, in sentences, the rules that put this offer here."""
    service, wanted = result.service, asked.wanted
    said = []
    if need := BY_CODE.get(wanted.need):
        if wanted.need in service.topics:
            said.append(_("La structure dit répondre à « %(need)s ».") % {"need": need.label})
        else:
            kind = service.get_kind_display()
            said.append(
                _("Ce genre d’aide (%(kind)s) répond souvent à « %(need)s ».")
                % {"kind": kind, "need": need.label}
            )
    if wanted.months is not None:
        said.append(
            _("Accueille un enfant de %(age)s : %(ages)s.")
            % {"age": words.age(wanted.months), "ages": words.ages(service)}
        )
    if wanted.expecting:
        said.append(_("Ouvert aux futurs parents."))
    if asked.moments and result.opening:
        said.append(_("Ouvert au moment demandé : %(when)s.") % {"when": _when(result, asked)[0]})
    if wanted.language:
        said.append(_("On y parle %(language)s.") % {"language": LANGUAGES[wanted.language]})
    if wanted.accommodations:
        offered = words.listed([str(Accommodation(one).label) for one in wanted.accommodations])
        said.append(_("Adaptations demandées : %(offered)s.") % {"offered": offered})
    said.append(_rank(result, asked))
    return said


def _rank(result: Result, asked: Asked) -> str:
    if result.is_demoted:
        return _("Placé en fin de liste : personne n’a vérifié cette fiche depuis un an.")
    if result.is_closed:
        return _("Placé en fin de liste : la structure est fermée pour un temps.")
    if result.journey is None and not asked.car:
        return _("Placé en premier : vous n’avez pas de voiture, cette aide vient à vous.")
    if result.journey is None:
        return _("Proposé dans tous les cas : cette aide ne demande aucun trajet.")
    if result.minutes <= NEAR_MINUTES:
        return _("À %(minutes)s de %(commune)s, de porte à porte.") % {
            "minutes": words.minutes(result.minutes), "commune": asked.commune.name,
        }  # fmt: skip
    return _("Plus loin : %(minutes)s depuis %(commune)s, de porte à porte.") % {
        "minutes": words.minutes(result.minutes), "commune": asked.commune.name,
    }  # fmt: skip


def _stale(result: Result) -> str:
    if result.freshness is Freshness.FRESH:
        return ""
    return verified(result.service)


def verified(service: Service) -> str:
    """Say when an entry was last verified and by whom."""
    if service.verified_on is None:
        return _("Cette fiche n’a pas encore été vérifiée : appelez avant de venir.")
    said = formats.date_format(service.verified_on, "j F Y")
    if service.verified_by:
        return _("Vérifié le %(day)s par %(who)s.") % {"day": said, "who": service.verified_by}
    return _("Vérifié le %(day)s.") % {"day": said}
