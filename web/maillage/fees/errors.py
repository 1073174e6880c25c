"""Why something about fees can be refused. None of them ever concerns a family that books."""

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class VersionInThePast(DomainError):
    code = "version_in_the_past"
    message = _(
        "Un barème ne change pas pour des jours passés : {day} est déjà passé. Choisissez un jour"
        " à partir d’aujourd’hui."
    )


class VersionOverlaps(DomainError):
    code = "version_overlaps"
    message = _(
        "Une version de ce barème commence déjà le {day} ou après. Choisissez un jour plus tardif."
    )


class ScaleFalls(DomainError):
    code = "scale_falls"
    message = _(
        "Au-dessus de {income} €, on paierait moins qu’en dessous. Corrigez les tranches autour de"
        " ce revenu."
    )


class NeedsNoConfirmation(DomainError):
    code = "version_needs_no_confirmation"
    message = _("Cette version n’attend aucune confirmation. Rien n’a changé.")


class SharesDoNotAddUp(DomainError):
    code = "shares_do_not_add_up"
    message = _("Les parts font {total} %, et non 100 %. Corrigez-les puis enregistrez.")


class NameIsTaken(DomainError):
    code = "schedule_name_is_taken"
    message = _("Un barème de cet organisme s’appelle déjà « {name} ». Donnez-lui un autre nom.")
