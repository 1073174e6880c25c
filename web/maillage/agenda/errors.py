"""Why an appointment can be refused. Every code here is explained in docs/errors.md."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from maillage.core.errors import DomainError


class SlotIsTaken(DomainError):
    code = "slot_is_taken"
    message = _("Ce créneau vient d’être pris. Choisissez-en un autre : rien n’est perdu.")


class SlotIsTooSoon(DomainError):
    code = "slot_is_too_soon"
    message = _("Ce créneau est trop proche ou déjà passé. Choisissez-en un autre.")


class NobodyCanReceive(DomainError):
    code = "nobody_can_receive"
    message = _("Cette personne ne reçoit pas en ce moment. Choisissez quelqu’un d’autre.")


class TooFarToTravel(DomainError):
    code = "too_far_to_travel"
    message = _("Le trajet ne tient pas entre deux rendez-vous. Choisissez un autre créneau.")


class RoomIsTooSmall(DomainError):
    code = "room_is_too_small"
    message = _(
        "La salle reçoit {capacity} personnes au plus. Venez moins nombreux ou appelez-nous."
    )


class AppointmentIsOver(DomainError):
    code = "appointment_is_over"
    message = _("Ce rendez-vous est passé ou annulé. Prenez-en un nouveau si besoin.")
    status = HTTPStatus.GONE


class AbsenceOverAppointments(DomainError):
    code = "absence_over_appointments"
    message = _(
        "{count} rendez-vous sont déjà pris ou proposés à une famille pendant cette absence."
        " Déplacez-les d’abord, puis recommencez."
    )


class AbsenceOverlaps(DomainError):
    code = "absence_overlaps"
    message = _("Une autre absence couvre déjà ce moment. Modifiez celle qui existe.")


class AppointmentIsNotOver(DomainError):
    code = "appointment_is_not_over"
    message = _("Ce rendez-vous n’a pas encore eu lieu. Revenez après, ou annulez-le.")


class RulesMeet(DomainError):
    code = "rules_meet"
    message = _(
        "{day}, à ces heures, d’autres disponibilités sont déjà notées ({where}) : on n’est pas à"
        " deux endroits à la fois. Changez les heures, ou arrêtez l’autre règle."
    )


class RuleIsOver(DomainError):
    code = "rule_is_over"
    message = _("Cette disponibilité est arrêtée. Ajoutez-en une nouvelle.")
    status = HTTPStatus.GONE


class RuleChangedMeanwhile(DomainError):
    code = "rule_changed_meanwhile"
    message = _(
        "Quelqu’un a changé cette disponibilité pendant que vous l’écriviez : elle dit maintenant"
        " « {said} ». Ce que vous avez écrit est gardé ci-dessous ; enregistrez encore pour le"
        " mettre à la place."
    )


class NotTheSameService(DomainError):
    code = "not_the_same_service"
    message = _("Ce moment est celui d’une autre aide. Choisissez un moment de la même aide.")


class SamePractitioner(DomainError):
    code = "same_practitioner"
    message = _("Cette personne vous reçoit déjà. Choisissez quelqu’un d’autre, ou déplacez.")


class RoomIsElsewhere(DomainError):
    code = "room_is_elsewhere"
    message = _("Cette salle n’est pas dans le lieu du rendez-vous. Choisissez-en une autre.")


class NobodyAsks(DomainError):
    code = "nobody_asks"
    message = _("On ne sait pas pour qui est ce rendez-vous. Reprenez depuis votre lien.")


class OfferIsOver(DomainError):
    code = "offer_is_over"
    message = _(
        "Ce créneau n’est plus tenu pour vous. Vous gardez votre place dans la liste d’attente."
    )
    status = HTTPStatus.GONE


class FeedIsClosed(DomainError):
    code = "feed_is_closed"
    message = _(
        "Cette adresse d’agenda n’existe plus. Faites-en une nouvelle depuis votre page, et"
        " donnez-la à votre agenda."
    )
    status = HTTPStatus.GONE


class AppointmentsRemain(DomainError):
    code = "appointments_remain"
    message = ngettext_lazy(
        "%(count)s rendez-vous tient encore après ce jour. Déplacez-le, confiez-le à quelqu’un"
        " d’autre ou annulez-le d’abord : il est sous vos yeux.",
        "%(count)s rendez-vous tiennent encore après ce jour. Déplacez-les, confiez-les à quelqu’un"
        " d’autre ou annulez-les d’abord : la liste est sous vos yeux.",
        "count",
    )


class EmploymentHasEnded(DomainError):
    code = "employment_has_ended"
    message = _("Cet emploi est déjà terminé à cette date. Rien n’a changé.")


class EmploymentEndsTooEarly(DomainError):
    code = "employment_ends_too_early"
    message = _(
        "Un emploi se termine aujourd’hui ou plus tard, jamais avant son premier jour. Choisissez"
        " un autre dernier jour."
    )
