"""Why individual support refuses. Every code here is explained in docs/errors.md."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from maillage.core.errors import DomainError


class ProgrammeIsClosed(DomainError):
    code = "programme_is_closed"
    message = _(
        "Cet accompagnement accueille de nouvelles familles du {first} au {last} seulement."
        " Appelez la structure : elle vous dira qui peut vous recevoir."
    )


class NotInThisDepartement(DomainError):
    code = "not_in_this_departement"
    message = _(
        "Cet accompagnement n’est pas proposé dans votre département. Cherchez près de chez vous :"
        " d’autres services reçoivent les familles."
    )


class PartnerIsNotTrusted(DomainError):
    code = "partner_is_not_trusted"
    message = _(
        "Cette structure ne propose plus cet accompagnement : son agrément n’est pas en cours."
        " Cherchez près de chez vous : d’autres services reçoivent les familles."
    )


class ChildIsTooOld(DomainError):
    code = "child_is_too_old"
    message = _(
        "Cet accompagnement s’adresse aux parents d’un enfant de moins de {years} ans. Appelez la"
        " structure : elle vous dira vers qui vous tourner."
    )


class ProgrammeIsFull(DomainError):
    code = "programme_is_full"
    message = _(
        "Toutes les places prévues dans votre département sont prises. Appelez la structure : elle"
        " connaît les autres aides près de chez vous."
    )


class SixthSession(DomainError):
    code = "sixth_session"
    message = _(
        "Les {limit} entretiens prévus ont déjà été donnés ou réservés. La suite se prépare avec la"
        " personne qui vous suit : une orientation vers un autre service."
    )


class EpisodeIsClosed(DomainError):
    code = "episode_is_closed"
    message = _(
        "Cet accompagnement est terminé. Si la famille revient, un nouveau rendez-vous en ouvrira"
        " un autre."
    )
    status = HTTPStatus.GONE


class SessionsAreStillToCome(DomainError):
    code = "sessions_are_still_to_come"
    message = _(
        "Un entretien est encore prévu ou n’est pas noté. Notez-le ou annulez-le d’abord, puis"
        " terminez."
    )


class SessionDoesNotCount(DomainError):
    code = "session_does_not_count"
    message = _(
        "Ce rendez-vous a été annulé ou déplacé. Il n’y a rien à noter : choisissez celui qui a eu"
        " lieu."
    )


class WorksElsewhere(DomainError):
    code = "works_elsewhere"
    message = _(
        "Cette personne ne reçoit pas pour ce service. Choisissez quelqu’un de la même structure."
    )


class TermsDoNotFit(DomainError):
    code = "terms_do_not_fit"
    message = _(
        "Ces quotas ne tiennent pas : leur somme dépasse {cap} foyers, ou l’un d’eux est plus petit"
        " que le nombre de foyers déjà entrés. Corrigez-les, puis recommencez."
    )


class ProgrammeGoesOneWay(DomainError):
    code = "programme_goes_one_way"
    message = _(
        "Un programme clos ne rouvre pas, et on n’ouvre que ce qui est en préparation. Créez-en un"
        " nouveau : l’histoire de celui-ci reste vraie."
    )


class TermsAreFinal(DomainError):
    code = "terms_are_final"
    message = _(
        "Ce programme est clos : ses règles ne changent plus. Les accompagnements en cours vont à"
        " leur terme par les règles de leur entrée."
    )


class TermsChangedMeanwhile(DomainError):
    code = "terms_changed_meanwhile"
    message = _(
        "Quelqu’un a changé ces règles pendant que vous écriviez (« {reason} »). Ce que vous avez"
        " écrit est gardé : regardez de nouveau ce qui change, puis confirmez."
    )


class ServiceIsElsewhere(DomainError):
    code = "service_is_elsewhere"
    message = _(
        "Le service « {name} » vient d’entrer dans un autre programme, et il n’est que dans un à la"
        " fois. Décochez-le, puis recommencez."
    )


class HouseholdsStayApart(DomainError):
    code = "households_stay_apart"
    message = _(
        "Ces deux foyers ne peuvent pas être réunis : l’un d’eux l’est déjà, ou ils ne sont pas du"
        " même département. Vérifiez, puis recommencez."
    )
