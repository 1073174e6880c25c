"""Errors a person can understand and act on.

DomainError           a rule of the service refuses the request
└── one subclass for each situation, declared in each capability's errors.py

Every code is explained in docs/errors.md (tested).
"""

from http import HTTPStatus

from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule of the service refuses the request.

    Subclasses set `code` (stable, for the API and the tests) and `message` (French, marked for
    translation: one sentence for what happened, one for what to do). Keyword arguments fill it.
    `way` names the page that helps better than the search, and `way_label` says it.
    """

    code = "refused"
    message: str | Promise = "Cette action n’est pas possible."
    status = HTTPStatus.CONFLICT
    way = ""
    way_label: str | Promise = ""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        said = self.message % facts if "count" in facts else self.message
        super().__init__(str(said).format(**facts))


def constraint_of(error: IntegrityError) -> str | None:
    """The constraint of the database that refused."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)


class StopLinkIsOver(DomainError):
    code = "stop_link_is_over"
    message = _(
        "Ce lien a expiré. Prenez celui du dernier message reçu, ou appelez la structure : elle"
        " arrêtera les messages."
    )
    status = HTTPStatus.GONE
