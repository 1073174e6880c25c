"""Nobody adds a personal column without saying what it is for and how long it is kept."""

from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from maillage.people.models import User
from maillage.people.personal_data import NOT_PERSONAL, PERSONAL, as_table

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "donnees-personnelles.md"
# Tables of the frameworks: rights that nobody uses here, and the queue (jobs take ids only).
NO_PERSON = {"auth", "contenttypes", "procrastinate"}
TEXT = (models.CharField, models.TextField, models.JSONField, models.BinaryField, ArrayField)
HEALTH = {
    "diagnosis", "diagnostic", "disease", "handicap", "disability", "health", "illness", "income",
    "nationality", "symptom", "therapy", "treatment",
}  # fmt: skip

declared = {(each.model, name) for each in PERSONAL for name in each.columns}
harmless = {(model, name) for model, names in NOT_PERSONAL.items() for name in names.split()}


def tables():
    return [model for model in apps.get_models() if model._meta.app_label not in NO_PERSON]


def columns(model):
    return [field for field in model._meta.concrete_fields if not field.generated]


def is_about_someone(model):
    return model is User or any(field.related_model is User for field in columns(model))


def must_be_declared(model, field):
    """Text may name someone; a row tied to an account is about its owner, whatever it holds."""
    if is_about_someone(model):
        return not isinstance(field, models.AutoField)
    return isinstance(field, TEXT) and not field.choices


@pytest.mark.parametrize("model", tables(), ids=lambda model: model._meta.label)
def test_every_column_that_may_be_personal_is_in_the_register(model):
    label = model._meta.label
    unknown = [
        field.name
        for field in columns(model)
        if must_be_declared(model, field)
        and (label, field.name) not in declared
        and (label, field.name) not in harmless
    ]
    assert unknown == [], f"say in people/personal_data.py what {label} keeps them for"


def test_the_register_names_only_columns_that_exist():
    known = {(model._meta.label, field.name) for model in tables() for field in columns(model)}
    assert (declared | harmless) - known == set()


def test_no_column_is_both_personal_and_harmless():
    assert declared & harmless == set()


@pytest.mark.parametrize("entry", PERSONAL, ids=lambda entry: f"{entry.model}.{entry.columns[0]}")
def test_every_entry_has_a_purpose_and_a_length_of_time(entry):
    assert entry.whose
    assert entry.purpose.endswith(".")
    assert entry.kept.endswith(".")


def test_no_table_holds_health_income_or_nationality():
    """Accommodations wanted are adaptations, never a diagnosis; there is no therapy column."""
    names = {(model._meta.label, field.name) for model in tables() for field in columns(model)}
    assert {(label, name) for label, name in names if HEALTH & set(name.split("_"))} == set()


def test_the_guide_shows_the_register():
    assert as_table() in GUIDE.read_text(encoding="utf-8")
