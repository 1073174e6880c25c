"""R24: no therapy, no diagnosis: no table, column or word of a list says anything of health."""

import re
import unicodedata

import pytest
from django.apps import apps
from django.db import connection

HEALTH = {
    "allergy", "anxiety", "autism", "care", "clinical", "depression", "diagnosis", "diagnostic",
    "disability", "disease", "disorder", "doctor", "drug", "handicap", "health", "hospital",
    "illness", "maladie", "medical", "medication", "medicine", "mental", "pathology", "patient",
    "pregnancy", "psychiatric", "sante", "sick", "symptom", "symptome", "therapeutic", "therapie",
    "therapy", "traitement", "treatment", "trouble", "trauma",
}  # fmt: skip
ROOM = "support_"


def words(text):
    plain = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode()
    return set(re.findall(r"[a-z]+", plain.lower()))


def stored_names():
    """Names of tables and columns, as the database says them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'public' and table_name like %s",
            [f"{ROOM}%"],
        )
        return {f"{table} {column}" for table, column in cursor.fetchall()}


def choices():
    """Codes and labels that someone may choose, and names that pages show."""
    for model in apps.get_app_config("support").get_models():
        for field in model._meta.get_fields():
            base = getattr(field, "base_field", field)
            for code, label in getattr(base, "choices", None) or ():
                yield f"{code} {label}"
            yield str(getattr(field, "verbose_name", ""))


def about_health(names):
    return {name for name in names if HEALTH & words(name)}


@pytest.mark.django_db
def test_no_table_nor_column_of_support_is_about_health():
    names = stored_names()
    assert len(names) > 60
    assert about_health(names) == set()


def test_no_choice_nor_label_of_support_is_about_health():
    found = list(choices())
    assert len(found) > 80
    assert about_health(found) == set()


@pytest.mark.parametrize(
    "planted", ["support_episode diagnosis", "support_session note_medical", "care Soin", "Santé"]
)
def test_the_list_of_words_would_see_a_planted_one(planted):
    """The negative control."""
    assert about_health([planted]) == {planted}


@pytest.mark.django_db
def test_a_column_added_to_the_database_alone_would_be_seen(owner):
    owner.execute("alter table support_episode add column symptom text")
    try:
        assert about_health(stored_names()) == {"support_episode symptom"}
    finally:
        owner.execute("alter table support_episode drop column symptom")
