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
