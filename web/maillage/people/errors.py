"""Why something about an account can be refused. Every code is explained in docs/errors.md."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class PageIsClosed(DomainError):
    """A page that sign-in by code does not need: sign-up, password, change of address."""

    code = "page_is_closed"
    message = _(
        "Cette page n’existe pas ici : les comptes sont ouverts par l’administrateur de votre "
        "département. Demandez-lui, ou revenez à la connexion."
    )
    status = HTTPStatus.NOT_FOUND
