"""About forty worries in parents' words, each mapped to kinds of services and to both standards."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from maillage.directory.plain_words import WORDS
from maillage.directory.vocabulary import Kind, LifeStage, Need

_CHILDCARE = ("famille--garde-denfants",)
_CONFLICT = ("famille--surmonter-conflits-separation-violence",)
_CARER = ("famille--soutien-aidants", "famille--prise-en-charge-personne-dependante")
_RIGHTS = ("difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",)
_MIND = ("sante--sante-mentale",)
_LINKS = ("remobilisation--lien-social",)

_NEEDS: tuple[Need, ...] = (
    Need(
        "pregnancy",
        _("J’attends un enfant"),
        (Kind.PMI, Kind.WORKSHOP, Kind.RESOURCE_CENTRE),
        (LifeStage.EXPECTING,),
    ),
    Need(
        "birth_return_home",
        _("Le retour à la maison avec bébé"),
        (Kind.PMI, Kind.HOME_SUPPORT, Kind.LAEP),
        (LifeStage.BABY,),
    ),
    Need(
        "feeding_weaning",
        _("Allaitement, biberon, premiers repas"),
        (Kind.PMI, Kind.WORKSHOP, Kind.LAEP),
        (LifeStage.BABY,),
    ),
    Need(
        "sleep",
        _("Le sommeil de mon enfant"),
        (Kind.INDIVIDUAL_SUPPORT, Kind.PMI, Kind.WORKSHOP, Kind.LAEP),
        (LifeStage.BABY, LifeStage.SMALL_CHILD),
    ),
    Need(
        "crying",
        _("Mon bébé pleure beaucoup"),
        (Kind.PMI, Kind.REMOTE_LISTENING, Kind.LAEP),
        (LifeStage.BABY,),
    ),
    Need(
        "tantrums",
        _("Colères et limites"),
        (Kind.INDIVIDUAL_SUPPORT, Kind.DISCUSSION_GROUP, Kind.WORKSHOP, Kind.LAEP),
        (LifeStage.BABY, LifeStage.SMALL_CHILD, LifeStage.SCHOOL_CHILD),
    ),
    Need(
        "meet_other_children",
        _("Que mon enfant rencontre d’autres enfants"),
        (Kind.LAEP, Kind.PARENT_CHILD_ACTIVITY, Kind.RPE),
        (LifeStage.BABY, LifeStage.SMALL_CHILD),
    ),
    Need(
        "play_together",
        _("Jouer et faire des choses avec mon enfant"),
        (Kind.PARENT_CHILD_ACTIVITY, Kind.LAEP, Kind.SOCIAL_CENTRE, Kind.EVS),
    ),
    Need(
        "language_development",
        _("Mon enfant parle peu ou se développe à son rythme"),
        (Kind.PMI, Kind.LAEP, Kind.INDIVIDUAL_SUPPORT),
        (LifeStage.BABY, LifeStage.SMALL_CHILD),
    ),
    Need(
        "childcare_regular",
        _("Faire garder mon enfant"),
        (Kind.RPE, Kind.EAJE, Kind.MAM),
        (LifeStage.BABY, LifeStage.SMALL_CHILD),
        (),
        _CHILDCARE,
    ),
    Need(
        "childcare_occasional",
        _("Une garde de temps en temps ou en urgence"),
        (Kind.EAJE, Kind.RPE, Kind.MAM),
        (LifeStage.BABY, LifeStage.SMALL_CHILD),
        (),
        _CHILDCARE,
    ),
    Need(
        "childcare_early_late",
        _("Une garde tôt le matin, le soir ou le week-end"),
        (Kind.RPE, Kind.MAM, Kind.EAJE),
        (LifeStage.BABY, LifeStage.SMALL_CHILD),
        (),
        _CHILDCARE,
    ),
    Need(
        "employ_childminder",
        _("Employer une assistante maternelle"),
        (Kind.RPE,),
        (LifeStage.BABY, LifeStage.SMALL_CHILD),
        (),
        _CHILDCARE,
    ),
    Need(
        "childcare_disability",
        _("Faire accueillir mon enfant en situation de handicap"),
        (Kind.DISABILITY_RESOURCE_CENTRE, Kind.RPE, Kind.EAJE),
        (),
        (),
        (*_CHILDCARE, *_CARER),
    ),
    Need(
        "disability_everyday",
        _("Le quotidien avec un enfant en situation de handicap"),
        (Kind.DISABILITY_RESOURCE_CENTRE, Kind.DISCUSSION_GROUP, Kind.HOME_SUPPORT),
        (),
        (),
        _CARER,
    ),
    Need(
        "starting_school",
        _("L’entrée à l’école"),
        (Kind.WORKSHOP, Kind.LAEP, Kind.SOCIAL_CENTRE),
        (LifeStage.SMALL_CHILD,),
    ),
    Need(
        "homework",
        _("Les devoirs et l’école"),
        (Kind.CLAS, Kind.SOCIAL_CENTRE, Kind.EVS),
        (LifeStage.SCHOOL_CHILD, LifeStage.TEENAGER),
    ),
    Need(
        "school_refusal",
        _("Mon enfant ne veut plus aller à l’école"),
        (Kind.INDIVIDUAL_SUPPORT, Kind.YOUTH_LISTENING, Kind.REMOTE_LISTENING),
        (LifeStage.SCHOOL_CHILD, LifeStage.TEENAGER),
    ),
    Need(
        "bullying",
        _("Mon enfant est harcelé"),
        (Kind.INDIVIDUAL_SUPPORT, Kind.YOUTH_LISTENING, Kind.CONFERENCE),
        (LifeStage.SCHOOL_CHILD, LifeStage.TEENAGER),
    ),
    Need(
        "screens",
        _("Les écrans et internet"),
        (Kind.CONFERENCE, Kind.WORKSHOP, Kind.DISCUSSION_GROUP),
    ),
    Need(
        "teenager_dialogue",
        _("Parler avec mon adolescent"),
        (Kind.DISCUSSION_GROUP, Kind.INDIVIDUAL_SUPPORT, Kind.YOUTH_LISTENING),
        (LifeStage.TEENAGER, LifeStage.YOUNG_ADULT),
    ),
    Need(
        "teenager_unwell",
        _("Mon adolescent va mal"),
        (Kind.YOUTH_LISTENING, Kind.INDIVIDUAL_SUPPORT, Kind.REMOTE_LISTENING),
        (LifeStage.TEENAGER, LifeStage.YOUNG_ADULT),
        (),
        _MIND,
    ),
    Need(
        "addictions",
        _("Alcool, cannabis, jeux : je m’inquiète"),
        (Kind.YOUTH_LISTENING, Kind.CONFERENCE, Kind.REMOTE_LISTENING),
        (LifeStage.TEENAGER, LifeStage.YOUNG_ADULT),
        (),
        ("sante--addictions",),
    ),
    Need(
        "leaving_home",
        _("Mon grand enfant quitte la maison"),
        (Kind.DISCUSSION_GROUP, Kind.YOUTH_LISTENING, Kind.INFORMATION_POINT),
        (LifeStage.YOUNG_ADULT,),
    ),
    Need(
        "siblings",
        _("Les disputes entre frères et sœurs"),
        (Kind.INDIVIDUAL_SUPPORT, Kind.WORKSHOP, Kind.DISCUSSION_GROUP),
    ),
    Need(
        "exhaustion",
        _("Je suis épuisé·e"),
        (Kind.REMOTE_LISTENING, Kind.INDIVIDUAL_SUPPORT, Kind.HOME_SUPPORT, Kind.DISCUSSION_GROUP),
    ),
    Need(
        "doubt_as_parent",
        _("Je doute de moi comme parent"),
        (Kind.INDIVIDUAL_SUPPORT, Kind.DISCUSSION_GROUP, Kind.REMOTE_LISTENING),
    ),
    Need(
        "loneliness",
        _("Je me sens seul·e"),
        (Kind.PEER_NETWORK, Kind.SOCIAL_CENTRE, Kind.EVS, Kind.DISCUSSION_GROUP, Kind.LAEP),
        (),
        (),
        _LINKS,
    ),
    Need(
        "single_parent",
        _("J’élève mes enfants seul·e"),
        (Kind.PEER_NETWORK, Kind.DISCUSSION_GROUP, Kind.INDIVIDUAL_SUPPORT),
        (),
        (),
        _LINKS,
    ),
    Need(
        "meet_parents",
        _("Rencontrer d’autres parents"),
        (Kind.DISCUSSION_GROUP, Kind.PEER_NETWORK, Kind.SOCIAL_CENTRE, Kind.EVS, Kind.LAEP),
        (),
        (),
        _LINKS,
    ),
    Need(
        "fatherhood",
        _("Trouver ma place de père"),
        (Kind.DISCUSSION_GROUP, Kind.PARENT_CHILD_ACTIVITY, Kind.LAEP),
    ),
    Need(
        "couple_conflict",
        _("On se dispute beaucoup"),
        (Kind.FAMILY_MEDIATION, Kind.INDIVIDUAL_SUPPORT, Kind.REMOTE_LISTENING),
        (),
        (),
        _CONFLICT,
    ),
    Need(
        "separation",
        _("Nous nous séparons"),
        (Kind.FAMILY_MEDIATION, Kind.CONTACT_CENTRE, Kind.LEGAL_ADVICE, Kind.INFORMATION_POINT),
        (),
        (),
        _CONFLICT,
    ),
    Need(
        "visiting_rights",
        _("Voir mon enfant après la séparation"),
        (Kind.CONTACT_CENTRE, Kind.FAMILY_MEDIATION, Kind.LEGAL_ADVICE),
        (),
        (),
        _CONFLICT,
    ),
    Need(
        "stepfamily",
        _("La famille recomposée"),
        (Kind.INDIVIDUAL_SUPPORT, Kind.FAMILY_MEDIATION, Kind.DISCUSSION_GROUP),
    ),
    Need(
        "violence",
        _("Il y a de la violence à la maison"),
        (Kind.REMOTE_LISTENING, Kind.LEGAL_ADVICE, Kind.INFORMATION_POINT),
        (),
        (),
        _CONFLICT,
    ),
    Need(
        "grief",
        _("Un deuil dans la famille"),
        (Kind.INDIVIDUAL_SUPPORT, Kind.REMOTE_LISTENING, Kind.DISCUSSION_GROUP),
    ),
    Need(
        "relative_in_prison",
        _("Un parent en prison"),
        (Kind.CONTACT_CENTRE, Kind.REMOTE_LISTENING, Kind.LEGAL_ADVICE),
    ),
    Need(
        "grandparents",
        _("Je suis grand-parent"),
        (Kind.DISCUSSION_GROUP, Kind.FAMILY_MEDIATION, Kind.LAEP),
    ),
    Need(
        "rights_and_benefits",
        _("Mes droits et mes démarches"),
        (Kind.FRANCE_SERVICES, Kind.INFORMATION_POINT, Kind.LEGAL_ADVICE),
        (),
        (),
        _RIGHTS,
    ),
    Need("help_at_home", _("De l’aide à la maison"), (Kind.HOME_SUPPORT, Kind.INFORMATION_POINT)),
    Need(
        "holidays_leisure",
        _("Vacances, mercredis et loisirs"),
        (Kind.SOCIAL_CENTRE, Kind.EVS, Kind.PARENT_CHILD_ACTIVITY),
        (),
        (),
        _LINKS,
    ),
)

NEEDS: tuple[Need, ...] = tuple(replace(need, words=WORDS[need.code]) for need in _NEEDS)
BY_CODE: dict[str, Need] = {need.code: need for need in NEEDS}
