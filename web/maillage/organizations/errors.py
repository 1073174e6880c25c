"""Why something about organizations can be refused. Each code is explained in docs/errors.md."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from maillage.core.errors import DomainError


class NotAllowed(DomainError):
    code = "not_allowed"
    message = _(
        "Votre rôle ne permet pas de faire cela ici. Demandez-le au responsable de la structure ou "
        "à l’administrateur de votre département."
    )
    status = HTTPStatus.FORBIDDEN


class AlreadyMember(DomainError):
    code = "already_member"
    message = _("{email} a déjà ce rôle ici. Rien n’a changé : cette personne peut se connecter.")


class MembershipHasEnded(DomainError):
    code = "membership_has_ended"
    message = _("Ce rattachement est déjà terminé. Invitez la personne à nouveau si elle revient.")


class LastAdministrator(DomainError):
    code = "last_administrator"
    message = _(
        "C’est le dernier administrateur du département : sans lui, personne n’ouvrirait plus de "
        "compte. Invitez d’abord quelqu’un d’autre."
    )


class NoGrid(DomainError):
    code = "no_grid"
    message = _(
        "Votre département n’a pas encore publié ses critères d’agrément. Vous n’avez rien à"
        " demander : vos services sont déjà montrés aux familles."
    )


class AlreadyApplied(DomainError):
    code = "already_applied"
    message = _("Votre demande attend déjà une décision. Vous serez prévenu par courriel.")


class NotStanding(DomainError):
    code = "accreditation_is_decided"
    message = _("Cette demande n’en est plus là. Rouvrez la page pour voir ce qui a été décidé.")


class GridIsNotFilled(DomainError):
    code = "grid_is_not_filled"
    message = ngettext_lazy(
        "%(count)s critère de la grille attend encore un oui ou un non. Remplissez-la avant de"
        " décider.",
        "%(count)s critères de la grille attendent encore un oui ou un non. Remplissez-la avant de"
        " décider.",
        "count",
    )


class RequiredCriterionNotMet(DomainError):
    code = "required_criterion_not_met"
    message = _(
        "« {question} » est indispensable et n’est pas rempli. Refusez la demande, ou corrigez la"
        " grille."
    )


class ValidityLeavesAGap(DomainError):
    code = "validity_leaves_a_gap"
    message = _(
        "Entre l’agrément d’avant et celui-ci, il y aurait un trou ou un recouvrement. Faites-le"
        " commencer au plus tard le {day}, et après le début du précédent."
    )


class GridInThePast(DomainError):
    code = "grid_in_the_past"
    message = _(
        "Une grille commence après celle d’avant et jamais dans le passé : le {day} ne convient"
        " pas. Choisissez un jour plus tardif."
    )
