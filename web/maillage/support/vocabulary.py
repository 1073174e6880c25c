"""The curated words of individual support. None of them says anything of anyone's health."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What a session was for: at least one of them once it took place (R26)."""

    LISTEN = "listen", _("écouter")
    INFORM = "inform", _("informer")
    ADVISE = "advise", _("conseiller")
    GUIDE = "guide", _("accompagner une étape")
    ORIENT = "orient", _("orienter")


class NextStep(models.TextChoices):
    """What comes after a session."""

    ANOTHER_SESSION = "another_session", _("un autre entretien")
    REFERRAL = "referral", _("une orientation vers un autre service")
    GROUP = "group", _("un groupe ou un atelier")
    FAMILY_DECIDES = "family_decides", _("la famille réfléchit et rappelle")
    DONE = "done", _("rien de plus, c’est bien ainsi")


class ClosingReason(models.TextChoices):
    """Why an episode ends."""

    ENOUGH = "enough", _("la famille a trouvé ce qu’elle cherchait")
    ALL_GIVEN = "all_given", _("tous les entretiens ont été donnés")
    REFERRED = "referred", _("la famille est orientée vers un autre service")
    FAMILY_CHOICE = "family_choice", _("la famille a choisi d’arrêter")
    NO_NEWS = "no_news", _("sans nouvelles de la famille")
    ELSEWHERE = "elsewhere", _("la famille continue avec une autre structure")
    MERGED = "merged", _("réuni avec un autre accompagnement de la même famille")
    PROGRAMME_OVER = "programme_over", _("le programme est terminé")


class Basis(models.TextChoices):
    """What let a household enter."""

    CHILD = "child", _("un enfant")
    EXPECTED = "expected", _("un enfant attendu")
    NOT_SAID = "not_said", _("non précisé")
