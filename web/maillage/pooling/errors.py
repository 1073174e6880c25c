"""Why something shared can be refused. Each code is explained in docs/errors.md."""

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class ChangedMeanwhile(DomainError):
    code = "shared_changed_meanwhile"
    message = _(
        "Quelqu’un a modifié « {title} » pendant que vous lisiez. Rien n’est enregistré : rechargez"
        " la page, puis recommencez."
    )


class NotADraft(DomainError):
    code = "not_a_draft"
    message = _(
        "« {title} » est déjà devant les autres parties : on n’y touche plus. Reprenez-la en"
        " brouillon, ou préparez une nouvelle version."
    )


class NothingToDecide(DomainError):
    code = "nothing_to_decide"
    message = _("« {title} » n’attend pas de réponse de votre part. Rechargez la page.")


class AlreadyDecided(DomainError):
    code = "already_decided"
    message = _(
        "Votre organisme a déjà répondu à propos de « {title} ». Sa réponse reste notée telle"
        " quelle."
    )


class SharesMustMakeAHundred(DomainError):
    code = "shares_must_make_a_hundred"
    message = _(
        "{what} : le total fait {total} %. Il faut 100 % exactement, à deux parties au moins."
    )


class EachPartyNeedsAPlace(DomainError):
    code = "each_party_needs_a_place"
    message = _("{party} n’a pas encore de lieu desservi. Ajoutez-en un, puis proposez.")


class EmployerMustSign(DomainError):
    code = "employer_must_sign"
    message = _(
        "{who} emploie ou reçoit, sans être partie à la convention. Ajoutez cet organisme, ou"
        " choisissez un autre lieu."
    )


class RotationIsEmpty(DomainError):
    code = "rotation_is_empty"
    message = _("Aucune demi-journée n’est donnée. Choisissez au moins un lieu, puis proposez.")


class RotationCannotBeKept(DomainError):
    code = "rotation_cannot_be_kept"
    message = _("Cette rotation ne tient pas : {faults}. Corrigez, puis recommencez.")


class RotationStartsInThePast(DomainError):
    code = "rotation_starts_in_the_past"
    message = _("La rotation commencerait le {day}, déjà passé. Choisissez un lundi à venir.")


class NoAgreementInForce(DomainError):
    code = "no_agreement_in_force"
    message = _("La convention « {title} » n’est pas en vigueur ce jour-là. Changez la date.")


class NoRotationPossible(DomainError):
    code = "no_rotation_possible"
    message = _("Aucune rotation ne tient toutes les règles : {reason}. Assouplissez-en une.")


class AnotherAgreementStands(DomainError):
    code = "another_agreement_stands"
    message = _(
        "Une autre convention est déjà en vigueur à ces dates pour « {title} ». Arrêtez-la d’abord,"
        " ou changez les dates."
    )


class MonthIsNotOver(DomainError):
    code = "month_is_not_over"
    message = _("Le mois n’est pas fini. Émettez le relevé à partir du premier du mois suivant.")


class StatementIsTheSame(DomainError):
    code = "statement_is_the_same"
    message = _("Rien n’a changé depuis le relevé émis. Il reste valable tel quel.")


class CorrectionNeedsAReason(DomainError):
    code = "correction_needs_a_reason"
    message = _("Un relevé est déjà émis pour ce mois. Dites ce que la nouvelle version corrige.")


class VehicleIsOut(DomainError):
    code = "vehicle_is_out"
    message = _("Le véhicule était déjà sorti à ces heures. Corrigez les heures.")


class RotationStartsTooEarly(DomainError):
    code = "rotation_starts_too_early"
    message = _(
        "Une rotation approuvée commence déjà le {day}. Choisissez un lundi après celui-ci."
    )
