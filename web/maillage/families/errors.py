"""Why a family's own pages refuse. Every code here is explained in docs/errors.md."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class LinkIsDead(DomainError):
    code = "link_is_dead"
    message = _(
        "Ce lien ne marche plus : il a expiré ou a été remplacé. Cherchez à nouveau, ou appelez la"
        " structure."
    )
    status = HTTPStatus.GONE
    way = "portal:space"
    way_label = _("Retrouver mes rendez-vous avec un code")


class AlreadyAsked(DomainError):
    code = "parent_already_asked"
    message = _(
        "Une invitation attend déjà une réponse. Reprenez-la d’abord si vous voulez écrire à"
        " quelqu’un d’autre."
    )


class ThatIsYou(DomainError):
    code = "that_is_you"
    message = _(
        "C’est votre propre adresse ou votre propre numéro. Donnez ceux de l’autre parent : ses"
        " messages ne sont que pour lui."
    )
    status = HTTPStatus.BAD_REQUEST


class NotYourVisit(DomainError):
    code = "visit_is_over"
    message = _(
        "Votre visite est terminée : elle dure une demi-heure. Demandez un nouveau code pour"
        " revenir."
    )
    status = HTTPStatus.FORBIDDEN
