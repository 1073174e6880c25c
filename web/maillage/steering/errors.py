"""Why something in the steering room can be refused. Each code is explained in docs/errors.md."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class KeptDiagnosisChanged(DomainError):
    code = "kept_diagnosis_changed"
    message = _(
        "Quelqu’un a modifié « {title} » pendant que vous écriviez. Rien n’est enregistré : copiez"
        " votre texte, rechargez la page et complétez."
    )


class PublishedIsFixed(DomainError):
    code = "published_is_fixed"
    message = _(
        "« {title} » est publié : ses lecteurs ne doivent pas le voir changer. Retirez-le de la"
        " publication pour le modifier."
    )


class DraftIsGone(DomainError):
    code = "draft_is_gone"
    message = _(
        "Quelqu’un a jeté ce brouillon pendant que vous écriviez. Rien n’est enregistré : revenez"
        " en arrière pour copier votre texte, puis gardez de nouveau le résultat."
    )
    status = HTTPStatus.GONE


class ScenarioChanged(DomainError):
    code = "scenario_changed"
    message = _(
        "Quelqu’un a modifié « {title} » pendant que vous écriviez. Rien n’est enregistré : copiez"
        " votre texte, rechargez la page et complétez."
    )


class DecisionIsPublished(DomainError):
    code = "decision_is_published"
    message = _(
        "« {title} » est publiée : ses lecteurs ne doivent pas la voir changer. Retirez-la de la"
        " publication pour la modifier."
    )


class TargetAlreadyWritten(DomainError):
    code = "target_already_written"
    message = _(
        "Cette intercommunalité a déjà un objectif sur cette question et cette mesure. Retirez-le"
        " d’abord pour en écrire un autre."
    )
