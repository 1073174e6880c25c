"""Why something about the directory can be refused. Every code is explained in docs/errors.md."""

from http import HTTPStatus

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


class ChangedMeanwhile(DomainError):
    code = "changed_meanwhile"
    message = _(
        "Quelqu’un a modifié « {name} » pendant que vous écriviez. Rien n’est perdu : relisez ce"
        " qui a changé ci-dessous, puis publiez à nouveau."
    )


class ServiceIsMerged(DomainError):
    code = "service_is_merged"
    message = _(
        "« {name} » a été fusionné avec une autre fiche. Modifiez celle qui reste, dans votre"
        " liste."
    )


class ReportAlreadyAnswered(DomainError):
    code = "report_already_answered"
    message = _("Ce signalement a déjà reçu une réponse. Rechargez la liste des signalements.")


class LinkHasExpired(DomainError):
    code = "link_has_expired"
    message = _(
        "Ce lien a déjà servi ou n’est plus valable. Connectez-vous pour confirmer vos fiches."
    )
    status = HTTPStatus.GONE
