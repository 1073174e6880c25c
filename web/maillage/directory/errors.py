"""Why something about the directory can be refused. Every code is explained in docs/errors.md."""

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class ReportIsEmpty(DomainError):
    code = "report_is_empty"
    message = _("Votre message est vide. Dites en quelques mots ce qui ne va pas.")


class ReportIsTooLong(DomainError):
    code = "report_is_too_long"
    message = _("Votre message est trop long. Gardez l’essentiel, en {longest} caractères.")


class MergeAlreadyDecided(DomainError):
    code = "merge_already_decided"
    message = _("Quelqu’un a déjà tranché pour ces deux fiches. Rechargez la liste des doublons.")


class EntryAlreadyMerged(DomainError):
    code = "entry_already_merged"
    message = _(
        "Une de ces deux fiches a déjà été fusionnée avec une autre."
        " Rechargez la liste des doublons."
    )
