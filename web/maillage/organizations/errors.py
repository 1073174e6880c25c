"""Why something about organizations can be refused. Each code is explained in docs/errors.md."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

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
