"""Why words meant for one reader are refused. Every code here is explained in docs/errors.md."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class NotesAreClosed(DomainError):
    code = "notes_are_closed"
    message = _(
        "Ce site n’a pas encore de clé pour les notes. Rien n’a été gardé : la personne qui"
        " l’administre doit en donner une."
    )
    status = HTTPStatus.SERVICE_UNAVAILABLE


class KeyIsMissing(DomainError):
    code = "note_key_is_missing"
    message = _(
        "La clé « {version} », qui protège ces mots, n’est plus sur ce site. Demandez à la personne"
        " qui l’administre de la remettre : sans elle, personne ne peut les ouvrir."
    )
    status = HTTPStatus.SERVICE_UNAVAILABLE


class CannotBeOpened(DomainError):
    code = "note_cannot_be_opened"
    message = _(
        "Ces mots ont été changés ou déplacés hors de Maillage : ils ne s’ouvrent plus. Prévenez la"
        " personne qui administre le site."
    )


class NobodyReadsHere(DomainError):
    code = "nobody_reads_here"
    message = _(
        "La personne que vous verrez ne lit pas de mot sur ce site. Dites-le-lui de vive voix."
    )


class NoteChangedElsewhere(DomainError):
    code = "note_changed_elsewhere"
    message = _(
        "Cette note a été changée dans une autre fenêtre. Votre texte est encore ci-dessous :"
        " comparez, puis enregistrez à nouveau."
    )


class NotACloseColleague(DomainError):
    code = "not_a_close_colleague"
    message = _(
        "Cette personne ne travaille pas, avec un compte, pour le même organisme. Choisissez"
        " quelqu’un d’autre."
    )


class RequestIsAnswered(DomainError):
    code = "access_request_is_answered"
    message = _("Cette demande a déjà une réponse. La famille peut la lire sur sa page.")


class CodeDoesNotOpen(DomainError):
    code = "access_code_does_not_open"
    message = _(
        "Ce code n’ouvre pas la réponse. Vérifiez-le ; s’il est perdu, faites une nouvelle demande."
    )
