"""Why a word on quality can be refused. Every code here is explained in docs/errors.md."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class FeedbackLinkIsOver(DomainError):
    code = "feedback_link_is_over"
    message = _(
        "Ce lien ne marche plus : il a expiré. Si vous voulez nous dire quelque chose, appelez la"
        " structure."
    )
    status = HTTPStatus.GONE


class AlreadyAnswered(DomainError):
    code = "feedback_already_given"
    message = _("Votre avis est déjà arrivé. Merci : il compte, et il n’est lié à aucun nom.")


class ChangeCitesNothing(DomainError):
    code = "change_cites_nothing"
    message = _(
        "Ce changement ne cite aucun avis. Choisissez au moins un avis auquel il répond avant de"
        " le publier."
    )
