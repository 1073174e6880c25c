"""Sentences that several definitions need, said once."""

from django.utils.translation import gettext_lazy as _

PEOPLE = _("Effectifs par commune : fichiers publics chargés, ou estimation signalée comme telle.")
SUPPLY = _("Annuaire des services de Maillage : services ouverts au public, vérifiés ou non.")
TRAVEL = _("Temps de trajet importés s’il y en a, sinon estimés de mairie à lieu.")
PEOPLE_AND_SUPPLY = _(
    "Effectifs par commune (fichiers publics ou estimation signalée), annuaire des services"
    " ouverts au public, temps de trajet importés ou estimés."
)
ON_CHANGE = _("Recalculé à chaque changement des données ou de la question.")
TOWN_HALL = _("Chacun est supposé partir de la mairie de sa commune.")
ESTIMATED_TRAVEL = _(
    "Un temps estimé se trompe. En voiture, la fourchette dit ce que l’erreur mesurée en Isère"
    " ferait au chiffre ; en montagne elle est trop étroite. À pied et à vélo, l’erreur n’est pas"
    " mesurée."
)
NO_TIMETABLE = _(
    "Les transports en commun ne sont pas comptés : leurs horaires ne sont pas chargés."
)
SAME_RUN = _(
    "Deux scores ne se comparent que si le seuil, la décroissance et la mesure sont les mêmes."
)
OTHER_DEPARTEMENT = _(
    "Une intercommunalité à cheval sur deux départements n’est vue que par ses communes d’ici."
)
EQUAL_IS_NOT_GOOD = _(
    "Une égalité parfaite peut vouloir dire que personne n’a rien : voir la moyenne."
)
