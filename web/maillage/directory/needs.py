"""About forty worries in parents' words, each mapped to kinds of services and to both standards."""

from django.utils.translation import gettext_lazy as _

from maillage.directory.vocabulary import Kind as K
from maillage.directory.vocabulary import LifeStage as S
from maillage.directory.vocabulary import Need

_CHILDCARE = ("famille--garde-denfants",)
_CONFLICT = ("famille--surmonter-conflits-separation-violence",)
_CARER = ("famille--soutien-aidants", "famille--prise-en-charge-personne-dependante")
_RIGHTS = ("difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",)
_MIND = ("sante--sante-mentale",)
_LINKS = ("remobilisation--lien-social",)

NEEDS: tuple[Need, ...] = (
    Need(
        "pregnancy",
        _("J’attends un enfant"),
        (K.PMI, K.WORKSHOP, K.RESOURCE_CENTRE),
        (S.EXPECTING,),
    ),
    Need(
        "birth_return_home",
        _("Le retour à la maison avec bébé"),
        (K.PMI, K.HOME_SUPPORT, K.LAEP),
        (S.BABY,),
    ),
    Need(
        "feeding_weaning",
        _("Allaitement, biberon, premiers repas"),
        (K.PMI, K.WORKSHOP, K.LAEP),
        (S.BABY,),
    ),
    Need(
        "sleep",
        _("Le sommeil de mon enfant"),
        (K.INDIVIDUAL_SUPPORT, K.PMI, K.WORKSHOP, K.LAEP),
        (S.BABY, S.SMALL_CHILD),
    ),
    Need("crying", _("Mon bébé pleure beaucoup"), (K.PMI, K.REMOTE_LISTENING, K.LAEP), (S.BABY,)),
    Need(
        "tantrums",
        _("Colères et limites"),
        (K.INDIVIDUAL_SUPPORT, K.DISCUSSION_GROUP, K.WORKSHOP, K.LAEP),
        (S.BABY, S.SMALL_CHILD, S.SCHOOL_CHILD),
    ),
    Need(
        "meet_other_children",
        _("Que mon enfant rencontre d’autres enfants"),
        (K.LAEP, K.PARENT_CHILD_ACTIVITY, K.RPE),
        (S.BABY, S.SMALL_CHILD),
    ),
    Need(
        "play_together",
        _("Jouer et faire des choses avec mon enfant"),
        (K.PARENT_CHILD_ACTIVITY, K.LAEP, K.SOCIAL_CENTRE, K.EVS),
    ),
    Need(
        "language_development",
        _("Mon enfant parle peu ou se développe à son rythme"),
        (K.PMI, K.LAEP, K.INDIVIDUAL_SUPPORT),
        (S.BABY, S.SMALL_CHILD),
    ),
    Need(
        "childcare_regular",
        _("Faire garder mon enfant"),
        (K.RPE, K.EAJE, K.MAM),
        (S.BABY, S.SMALL_CHILD),
        (),
        _CHILDCARE,
    ),
    Need(
        "childcare_occasional",
        _("Une garde de temps en temps ou en urgence"),
        (K.EAJE, K.RPE, K.MAM),
        (S.BABY, S.SMALL_CHILD),
        (),
        _CHILDCARE,
    ),
    Need(
        "childcare_early_late",
        _("Une garde tôt le matin, le soir ou le week-end"),
        (K.RPE, K.MAM, K.EAJE),
        (S.BABY, S.SMALL_CHILD),
        (),
        _CHILDCARE,
    ),
    Need(
        "employ_childminder",
        _("Employer une assistante maternelle"),
        (K.RPE,),
        (S.BABY, S.SMALL_CHILD),
        (),
        _CHILDCARE,
    ),
    Need(
        "childcare_disability",
        _("Faire accueillir mon enfant en situation de handicap"),
        (K.DISABILITY_RESOURCE_CENTRE, K.RPE, K.EAJE),
        (),
        (),
        (*_CHILDCARE, *_CARER),
    ),
    Need(
        "disability_everyday",
        _("Le quotidien avec un enfant en situation de handicap"),
        (K.DISABILITY_RESOURCE_CENTRE, K.DISCUSSION_GROUP, K.HOME_SUPPORT),
        (),
        (),
        _CARER,
    ),
    Need(
        "starting_school",
        _("L’entrée à l’école"),
        (K.WORKSHOP, K.LAEP, K.SOCIAL_CENTRE),
        (S.SMALL_CHILD,),
    ),
    Need(
        "homework",
        _("Les devoirs et l’école"),
        (K.CLAS, K.SOCIAL_CENTRE, K.EVS),
        (S.SCHOOL_CHILD, S.TEENAGER),
    ),
    Need(
        "school_refusal",
        _("Mon enfant ne veut plus aller à l’école"),
        (K.INDIVIDUAL_SUPPORT, K.YOUTH_LISTENING, K.REMOTE_LISTENING),
        (S.SCHOOL_CHILD, S.TEENAGER),
    ),
    Need(
        "bullying",
        _("Mon enfant est harcelé"),
        (K.INDIVIDUAL_SUPPORT, K.YOUTH_LISTENING, K.CONFERENCE),
        (S.SCHOOL_CHILD, S.TEENAGER),
    ),
    Need("screens", _("Les écrans et internet"), (K.CONFERENCE, K.WORKSHOP, K.DISCUSSION_GROUP)),
    Need(
        "teenager_dialogue",
        _("Parler avec mon adolescent"),
        (K.DISCUSSION_GROUP, K.INDIVIDUAL_SUPPORT, K.YOUTH_LISTENING),
        (S.TEENAGER, S.YOUNG_ADULT),
    ),
    Need(
        "teenager_unwell",
        _("Mon adolescent va mal"),
        (K.YOUTH_LISTENING, K.INDIVIDUAL_SUPPORT, K.REMOTE_LISTENING),
        (S.TEENAGER, S.YOUNG_ADULT),
        (),
        _MIND,
    ),
    Need(
        "addictions",
        _("Alcool, cannabis, jeux : je m’inquiète"),
        (K.YOUTH_LISTENING, K.CONFERENCE, K.REMOTE_LISTENING),
        (S.TEENAGER, S.YOUNG_ADULT),
        (),
        ("sante--addictions",),
    ),
    Need(
        "leaving_home",
        _("Mon grand enfant quitte la maison"),
        (K.DISCUSSION_GROUP, K.YOUTH_LISTENING, K.INFORMATION_POINT),
        (S.YOUNG_ADULT,),
    ),
    Need(
        "siblings",
        _("Les disputes entre frères et sœurs"),
        (K.INDIVIDUAL_SUPPORT, K.WORKSHOP, K.DISCUSSION_GROUP),
    ),
    Need(
        "exhaustion",
        _("Je suis épuisé·e"),
        (K.REMOTE_LISTENING, K.INDIVIDUAL_SUPPORT, K.HOME_SUPPORT, K.DISCUSSION_GROUP),
    ),
    Need(
        "doubt_as_parent",
        _("Je doute de moi comme parent"),
        (K.INDIVIDUAL_SUPPORT, K.DISCUSSION_GROUP, K.REMOTE_LISTENING),
    ),
    Need(
        "loneliness",
        _("Je me sens seul·e"),
        (K.PEER_NETWORK, K.SOCIAL_CENTRE, K.EVS, K.DISCUSSION_GROUP, K.LAEP),
        (),
        (),
        _LINKS,
    ),
    Need(
        "single_parent",
        _("J’élève mes enfants seul·e"),
        (K.PEER_NETWORK, K.DISCUSSION_GROUP, K.INDIVIDUAL_SUPPORT),
        (),
        (),
        _LINKS,
    ),
    Need(
        "meet_parents",
        _("Rencontrer d’autres parents"),
        (K.DISCUSSION_GROUP, K.PEER_NETWORK, K.SOCIAL_CENTRE, K.EVS, K.LAEP),
        (),
        (),
        _LINKS,
    ),
    Need(
        "fatherhood",
        _("Trouver ma place de père"),
        (K.DISCUSSION_GROUP, K.PARENT_CHILD_ACTIVITY, K.LAEP),
    ),
    Need(
        "couple_conflict",
        _("On se dispute beaucoup"),
        (K.FAMILY_MEDIATION, K.INDIVIDUAL_SUPPORT, K.REMOTE_LISTENING),
        (),
        (),
        _CONFLICT,
    ),
    Need(
        "separation",
        _("Nous nous séparons"),
        (K.FAMILY_MEDIATION, K.CONTACT_CENTRE, K.LEGAL_ADVICE, K.INFORMATION_POINT),
        (),
        (),
        _CONFLICT,
    ),
    Need(
        "visiting_rights",
        _("Voir mon enfant après la séparation"),
        (K.CONTACT_CENTRE, K.FAMILY_MEDIATION, K.LEGAL_ADVICE),
        (),
        (),
        _CONFLICT,
    ),
    Need(
        "stepfamily",
        _("La famille recomposée"),
        (K.INDIVIDUAL_SUPPORT, K.FAMILY_MEDIATION, K.DISCUSSION_GROUP),
    ),
    Need(
        "violence",
        _("Il y a de la violence à la maison"),
        (K.REMOTE_LISTENING, K.LEGAL_ADVICE, K.INFORMATION_POINT),
        (),
        (),
        _CONFLICT,
    ),
    Need(
        "grief",
        _("Un deuil dans la famille"),
        (K.INDIVIDUAL_SUPPORT, K.REMOTE_LISTENING, K.DISCUSSION_GROUP),
    ),
    Need(
        "relative_in_prison",
        _("Un parent en prison"),
        (K.CONTACT_CENTRE, K.REMOTE_LISTENING, K.LEGAL_ADVICE),
    ),
    Need(
        "grandparents", _("Je suis grand-parent"), (K.DISCUSSION_GROUP, K.FAMILY_MEDIATION, K.LAEP)
    ),
    Need(
        "rights_and_benefits",
        _("Mes droits et mes démarches"),
        (K.FRANCE_SERVICES, K.INFORMATION_POINT, K.LEGAL_ADVICE),
        (),
        (),
        _RIGHTS,
    ),
    Need("help_at_home", _("De l’aide à la maison"), (K.HOME_SUPPORT, K.INFORMATION_POINT)),
    Need(
        "holidays_leisure",
        _("Vacances, mercredis et loisirs"),
        (K.SOCIAL_CENTRE, K.EVS, K.PARENT_CHILD_ACTIVITY),
        (),
        (),
        _LINKS,
    ),
)

BY_CODE: dict[str, Need] = {need.code: need for need in NEEDS}
