"""Why something about practitioners is refused. Every code is explained in docs/errors.md."""

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class AlreadyWorksHere(DomainError):
    code = "already_works_here"
    message = _("{name} travaille déjà ici. Ouvrez sa page dans la liste pour la compléter.")


class AccountIsSomeoneElse(DomainError):
    code = "account_is_someone_else"
    message = _(
        "Le compte {email} est déjà celui de {name}. Vérifiez l’adresse, ou laissez-la vide."
    )


class SessionIsFull(DomainError):
    code = "training_session_is_full"
    message = _("Il n’y a plus de place à cette session. Choisissez-en une autre.")


class SessionIsOver(DomainError):
    code = "training_session_is_over"
    message = _("Cette session a déjà commencé. Choisissez-en une à venir.")


class SessionIsNotOver(DomainError):
    code = "training_session_is_not_over"
    message = _(
        "Cette session n’est pas finie. Dites qui l’a suivie une fois le dernier jour venu."
    )
