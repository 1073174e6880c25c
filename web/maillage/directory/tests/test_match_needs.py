"""What real people type, and the need that must come first."""

import re

import pytest

from maillage.directory import search
from maillage.directory.needs import BY_CODE, NEEDS
from maillage.directory.plain_words import KIND_WORDS, SILENT, WORDS
from maillage.directory.tests import made
from maillage.directory.vocabulary import Kind

PHRASES = """
je suis enceinte | pregnancy
j'attends un bébé | pregnancy
préparation à l'accouchement | pregnancy
sage-femme | pregnancy
retour de la maternité | birth_return_home
mon bébé vient de naître | birth_return_home
baby blues | birth_return_home
allaitement | feeding_weaning
alaitement difficile | feeding_weaning
ma fille ne mange rien | feeding_weaning
diversification alimentaire | feeding_weaning
mon fils ne dort pas | sleep
elle se réveille toutes les nuits | sleep
cauchemars | sleep
problème de someil | sleep
mon bébé pleure tout le temps | crying
coliques | crying
mon fils fait des crises | tantrums
il fait des colères | tantrums
il n'écoute rien | tantrums
mon enfant n'obéit pas | tantrums
ma fille mord à la crèche | tantrums
poser des limites | tantrums
rencontrer d'autres enfants | meet_other_children
laep | meet_other_children
jouer avec mon enfant | play_together
bébés nageurs | play_together
ludothèque | play_together
il ne parle pas encore à 2 ans | language_development
bégaiement | language_development
apprentissage de la propreté | language_development
creche | childcare_regular
je cherche une nounou | childcare_regular
rpe | childcare_regular
ram | childcare_regular
assistante maternel | childcare_regular
place en crêche | childcare_regular
mode de garde | childcare_regular
halte-garderie | childcare_occasional
garde en urgence | childcare_occasional
baby-sitter | childcare_occasional
garde de nuit | childcare_early_late
je travaille en horaires décalés | childcare_early_late
faire garder tôt le matin | childcare_early_late
contrat assistante maternelle | employ_childminder
pajemploi | employ_childminder
crèche pour enfant handicapé | childcare_disability
mon fils est autiste | disability_everyday
TDAH | disability_everyday
dossier mdph | disability_everyday
entrée à l'école maternelle | starting_school
première rentrée | starting_school
aide aux devoirs | homework
mauvaises notes | homework
il ne veut plus aller à l'école | school_refusal
phobie scolaire | school_refusal
ma fille est harcelée | bullying
harcelement au collège | bullying
trop d'écrans | screens
il est accro à Fortnite | screens
les jeux vidéos | screens
mon ado | teenager_dialogue
crise d'adolescence | teenager_dialogue
mon ado est déprimé | teenager_unwell
idées noires | teenager_unwell
elle se scarifie | teenager_unwell
ado qui fume | addictions
cannabis | addictions
mon fils boit trop | addictions
mon fils quitte la maison | leaving_home
jalousie entre frères | siblings
mes enfants se battent | siblings
je suis épuisée | exhaustion
burn-out parental | exhaustion
je n'en peux plus | exhaustion
je suis à bout | exhaustion
je suis une mauvaise mère | doubt_as_parent
je culpabilise | doubt_as_parent
je me sens seule | loneliness
je ne connais personne ici | loneliness
maman solo | single_parent
mère célibataire | single_parent
famille monoparentale | single_parent
rencontrer d'autres parents | meet_parents
groupe de parole | meet_parents
groupe de papas | fatherhood
trouver ma place de père | fatherhood
on se dispute tout le temps avec mon mari | couple_conflict
thérapie de couple | couple_conflict
je me separe | separation
divorce | separation
garde alternée | separation
médiation familiale | separation
pension alimentaire | separation
droit de visite | visiting_rights
je ne peux plus voir mes enfants | visiting_rights
famille recomposée | stepfamily
beau-père | stepfamily
mon mari me frappe | violence
violences conjugales | violence
3919 | violence
décès de mon mari | grief
fausse couche | grief
le papa est en prison | relative_in_prison
parloir | relative_in_prison
je suis grand-mère | grandparents
voir mes petits-enfants | grandparents
allocations caf | rights_and_benefits
prime de naissance | rights_and_benefits
france services | rights_and_benefits
aide à domicile | help_at_home
TISF | help_at_home
centre de loisirs | holidays_leisure
que faire le mercredi | holidays_leisure
colonie de vacances | holidays_leisure
tantrums | tantrums
nursery | childcare_regular
my baby does not sleep | sleep
I am pregnant | pregnancy
help with homework | homework
my teenager smokes weed | addictions
single mum | single_parent
divorce and custody | separation
childminder | childcare_regular
domestic violence | violence
I feel lonely | loneliness
breastfeeding | feeding_weaning
screen time | screens
bullied at school | bullying
"""
TABLE = [tuple(re.split(r" \| ", line)) for line in PHRASES.strip().splitlines()]


@pytest.mark.parametrize(("typed", "need"), TABLE)
def test_what_people_type_leads_first_to_the_need_they_mean(typed, need):
    found = [match.code for match in search.match_needs(typed)]
    assert found[:1] == [need], found[:4]


LATER = [
    tuple(line.split(" | "))
    for line in made.data("phrases.txt").read_text().splitlines()
    if not line.startswith("#")
]


def test_phrases_written_later_find_their_need_among_the_first_three():
    missed = [
        (typed, need)
        for typed, need in LATER
        if need not in [match.code for match in search.match_needs(typed)][:3]
    ]
    assert missed == []
    first = [search.match_needs(typed)[0].code == need for typed, need in LATER]
    assert (len(LATER), sum(first) >= 180) == (188, True)


def test_every_need_is_reached_by_at_least_one_phrase_of_the_table():
    assert {need for _, need in TABLE} == {need.code for need in NEEDS}


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.code)
def test_the_label_of_a_need_leads_to_it(need):
    assert need.code in [match.code for match in search.match_needs(str(need.label))][:3]


@pytest.mark.parametrize(
    "typed", ["", "   ", "mon enfant", "xyzzy qwrt", "???", "je cherche pour ma fille"]
)
def test_words_that_say_nothing_match_nothing(typed):
    assert search.match_needs(typed) == []


def test_ten_thousand_characters_are_read_no_further_than_two_hundred():
    assert search.match_needs("a" * 10_000 + " creche") == []


def test_every_file_of_words_knows_each_code_once_and_writes_without_accents():
    assert set(WORDS) == set(BY_CODE)
    assert set(KIND_WORDS) == set(Kind.values)
    for phrases in (*WORDS.values(), *KIND_WORDS.values()):
        assert len(phrases) >= 3
        assert all(search.plain(phrase) == phrase for phrase in phrases), phrases
    assert all(search.plain(word) == word for word in SILENT)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("RAM", "rpe"),
        ("relais petite enfance", "rpe"),
        ("micro-crèche", "eaje"),
        ("PMI", "pmi"),
        ("mediation familliale", "family_mediation"),
        ("centre social", "social_centre"),
        ("maison verte", "laep"),
        ("espace de rencontre", "contact_centre"),
        ("cidff", "legal_advice"),
    ],
)
def test_a_kind_is_found_by_the_name_that_people_give_it(typed, kind):
    assert search.match_kinds(typed)[0].code == kind
