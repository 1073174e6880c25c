"""Why a referral is refused. Every code here is explained in docs/errors.md."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class ReferralHasMoved(DomainError):
    code = "referral_has_moved"
    message = _(
        "Cette orientation a changé entre-temps. Ouvrez-la à nouveau pour voir où elle en est."
    )


class AnotherServiceAccepted(DomainError):
    code = "another_service_accepted"
    message = _(
        "Un autre service vient d’accepter cette famille. Merci d’avoir répondu : il n’y a plus"
        " rien à faire."
    )


class ConsentWasTakenBack(DomainError):
    code = "consent_was_taken_back"
    message = _(
        "La famille a repris son accord. Rien d’elle n’est plus visible ; il n’y a plus rien à"
        " faire."
    )


class NobodyIsChosen(DomainError):
    code = "nobody_is_chosen"
    message = _("Aucun service n’est choisi. Choisissez-en au moins un.")


class ServiceCannotBeAsked(DomainError):
    code = "service_cannot_be_asked"
    message = _(
        "Ce service n’a ni adresse ni compte pour répondre ici : {service}. Appelez-le, ou"
        " choisissez-en un autre."
    )


class AnswerLinkIsDead(DomainError):
    code = "answer_link_is_dead"
    message = _(
        "Ce lien ne marche plus : la demande a pris fin, ou le lien a expiré. Connectez-vous pour"
        " voir vos demandes, ou appelez qui vous l’a envoyée."
    )
    status = HTTPStatus.GONE
