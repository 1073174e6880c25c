"""Ages, prices, hours, journeys and place names, as the pages say them in both languages."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.utils.translation import override

from maillage.directory.models import Service
from maillage.directory.offers import NextOpening
from maillage.portal import words

MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10 h in Paris


def said(text):
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("months", "french"),
    [
        (0, "la naissance"),
        (1, "1 mois"),
        (12, "1 an"),
        (18, "18 mois"),
        (30, "2 ans"),
    ],
)
def test_an_age_is_said_in_months_then_in_years(months, french):
    with override("fr"):
        assert words.age(months) == french


@pytest.mark.parametrize(
    ("values", "french", "english"),
    [
        ({"cost": "free"}, "Gratuit", "Free"),
        ({"cost": "unknown"}, "Prix à demander", "Price on request"),
        ({"cost": "by_income"}, "Selon vos revenus", "According to your income"),
        (
            {"cost": "by_income", "amount_min": Decimal(2), "amount_max": Decimal(131)},
            "Selon vos revenus, de 2 € à 131 €",
            "According to your income, from €2 to €131",
        ),
        ({"cost": "paid", "amount_min": Decimal("4.50")}, "À partir de 4,50 €", "From €4.50"),
        ({"cost": "paid", "amount_max": Decimal(6)}, "Jusqu’à 6 €", "Up to €6"),
        (
            {"cost": "paid", "amount_min": Decimal(5), "amount_max": Decimal(5)},
            "5 €",
            "€5",
        ),
    ],
)
def test_a_price_is_said_in_words(values, french, english):
    service = Service(**values)
    with override("fr"):
        assert said(words.fee(service)) == french
    with override("en"):
        assert said(words.fee(service)) == english


@pytest.mark.parametrize(
    ("opens", "closes", "french", "english"),
    [
        (time(9), time(11, 30), "de 9 h à 11 h 30", "from 9:00 to 11:30"),
        (time(0), time(23, 59), "jour et nuit", "day and night"),
    ],
)
def test_hours_are_said_as_people_do(opens, closes, french, english):
    with override("fr"):
        assert said(words.hours(opens, closes)) == french
    with override("en"):
        assert said(words.hours(opens, closes)) == english


@pytest.mark.parametrize(
    ("when", "french"),
    [
        (date(2026, 11, 24), "aujourd’hui"),
        (date(2026, 11, 25), "demain"),
        (date(2026, 12, 1), "mardi 1er décembre"),
        (date(2026, 12, 11), "vendredi 11 décembre"),
        (date(2027, 1, 4), "lundi 4 janvier 2027"),
    ],
)
def test_a_day_is_said_as_people_do(when, french):
    with override("fr"):
        assert words.day(when, date(2026, 11, 24)) == french


def opening(day, start, end):
    zone = {"tzinfo": UTC}
    return NextOpening(
        day, time(start + 1), time(end + 1), datetime(2026, 11, day.day, start, **zone),
        datetime(2026, 11, day.day, end, **zone), to_confirm=False,
    )  # fmt: skip


def test_a_place_that_is_open_says_until_when():
    with override("fr"):
        now = words.opening(opening(date(2026, 11, 24), 8, 11), MORNING)
        later = words.opening(opening(date(2026, 11, 25), 8, 11), MORNING)
    assert said(now) == "Ouvert maintenant, jusqu’à 12 h"
    assert said(later) == "Demain, de 9 h à 12 h"


@pytest.mark.parametrize(
    ("count", "text"), [(0.2, "1 min"), (24.4, "24 min"), (60, "1 h"), (95, "1 h 35")]
)
def test_minutes_are_said_without_false_precision(count, text):
    with override("fr"):
        assert said(words.minutes(count)) == text


@pytest.mark.parametrize(
    ("name", "at", "of"),
    [
        ("Gray", "à Gray", "de Gray"),
        ("Arc-lès-Gray", "à Arc-lès-Gray", "d’Arc-lès-Gray"),
        ("Le Val-d’Ajol", "au Val-d’Ajol", "du Val-d’Ajol"),
        ("Les Fins", "aux Fins", "des Fins"),
        ("La Longine", "à la Longine", "de la Longine"),
        ("L’Isle", "à l’Isle", "de l’Isle"),
        ("Héricourt", "à Héricourt", "de Héricourt"),
    ],
)
def test_the_article_of_a_commune_melts_into_the_sentence(name, at, of):
    with override("fr"):
        assert (words.at_place(name), words.of_place(name)) == (at, of)
