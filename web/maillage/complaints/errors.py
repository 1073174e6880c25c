"""Why something about complaints is refused. Every code is explained in docs/errors.md."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class UnknownComplaintCode(DomainError):
    code = "unknown_complaint_code"
    message = _(
        "Aucune réclamation ne porte ce code. Vérifiez-le : il compte seize lettres et chiffres, en"
        " quatre groupes."
    )
    status = HTTPStatus.NOT_FOUND


class ComplaintIsAnswered(DomainError):
    code = "complaint_is_answered"
    message = _(
        "Une réponse a déjà été donnée à cette réclamation. Relisez-la avant d’en écrire une autre."
    )


class NothingToLookAtAgain(DomainError):
    code = "nothing_to_look_at_again"
    message = _(
        "Le département regarde déjà cette réclamation, ou elle attend encore sa première réponse."
        " Vous n’avez rien d’autre à faire."
    )
