"""Why a call cannot be noted. Every code here is explained in docs/errors.md."""

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class SomeoneCalledFirst(DomainError):
    code = "someone_called_first"
    message = _(
        "{who} vient de noter cet appel : rien n’est changé. Relisez la ligne avant de rappeler."
    )


class AlreadyToCallBack(DomainError):
    code = "already_to_call_back"
    message = _(
        "Cette famille est déjà à rappeler pour cette raison. Changez la raison, ou gardez sa"
        " ligne."
    )
