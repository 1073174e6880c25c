"""The parts of a page: forms that tell what is wrong, tokens that agree, errors that help."""

import re
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string

from maillage.core.tables import Cell, Column

STATIC = Path(__file__).resolve().parents[1] / "static" / "ui"
TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "ui"
CALLED_WITHOUT_INPUTS = {"base.html", "base_pro.html"}


class Sample(forms.Form):
    name = forms.CharField(help_text="Votre nom")
    agree = forms.BooleanField()
    modes = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)


def part(name, **context):
    return re.sub(r"\s+", " ", render_to_string(f"ui/{name}.html", context))


def test_a_wrong_field_is_tied_to_its_help_and_to_its_error():
    form = Sample({})
    html = part("field", field=form["name"], optional="")
    assert 'aria-describedby="id_name_help id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="form-help" id="id_name_help">Votre nom</p>' in html
    assert 'id="id_name_error"' in html
    assert '<label class="form-label" for="id_name">' in html


def test_a_right_field_says_nothing_of_errors():
    html = part("field", field=Sample()["name"], optional="1")
    assert "aria-invalid" not in html
    assert "(facultatif)" in html


def test_a_group_of_boxes_is_a_fieldset_with_a_legend():
    html = part("field", field=Sample()["modes"], optional="")
    assert "<fieldset" in html
    assert "<legend" in html
    assert 'class="form-check-input"' in html


def test_the_summary_of_a_form_leads_to_each_fault():
    html = part("form_errors", form=Sample({"name": "Ada"}))
    assert 'href="#id_agree"' in html
    assert 'href="#id_name"' not in html
    assert part("form_errors", form=Sample()).strip() == ""


def test_a_table_names_its_rows_and_says_how_it_is_sorted():
    columns = [
        Column("Commune", href="?tri=-nom", sorted="ascending"),
        Column("Places", number=True),
    ]
    html = part("table", caption="Places", columns=columns, rows=[[Cell("Gray", "/g/"), "12"]])
    assert '<th scope="col" aria-sort="ascending">' in html
    assert '<th scope="row"> <a href="/g/">Gray</a>' in html
    assert '<td class="number"> 12' in html
    assert "<caption>Places</caption>" in html


def test_a_table_without_rows_says_what_that_means():
    html = part("table", caption="Places", columns=[Column("Commune")], rows=[], empty="Aucune.")
    assert "Aucune." in html


def test_pages_name_the_one_that_is_read():
    pages = Paginator(range(100), 10).page(3)
    html = part("pagination", pages=pages, link="?page=")
    assert '<span aria-current="page">3</span>' in html
    assert 'href="?page=2"' in html
    assert part("pagination", pages=Paginator([1], 10).page(1), link="?page=").strip() == ""


@pytest.mark.parametrize(
    ("tone", "css"),
    [
        ("success", "alert-good"),
        ("error", "alert-bad"),
        ("warning", "alert-notice"),
        ("", "alert "),
    ],
)
def test_an_alert_takes_the_tone_of_a_message(tone, css):
    assert css in part("alert", text="Bonjour", tone=tone)


def test_every_part_says_what_it_takes():
    for template in sorted(TEMPLATES.glob("*.html")):
        first = template.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("{# "), template.name
        assert first.endswith(" #}"), template.name


def test_the_two_lists_of_dark_values_are_equal():
    css = (STATIC / "tokens.css").read_text(encoding="utf-8")
    chosen = re.search(r'\n\[data-bs-theme="dark"\] \{(.*?)\n\}', css, re.S)
    preferred = re.search(r':root:not\(\[data-bs-theme="light"\]\) \{(.*?)\n  \}', css, re.S)
    assert chosen
    assert preferred
    assert chosen[1].split() == preferred[1].split()


def test_every_dark_value_has_a_light_one():
    css = (STATIC / "tokens.css").read_text(encoding="utf-8")
    light, dark = css.split('[data-bs-theme="dark"]', maxsplit=1)
    assert set(re.findall(r"(--[\w-]+):", dark)) <= set(re.findall(r"(--[\w-]+):", light))


def test_every_colour_of_the_style_sheet_is_a_token():
    css = (STATIC / "ui.css").read_text(encoding="utf-8")
    known = set(re.findall(r"(--[\w-]+):", (STATIC / "tokens.css").read_text(encoding="utf-8")))
    used = set(re.findall(r"var\((--[\w-]+)\)", css))
    assert {name for name in used if not name.startswith("--bs-")} <= known


@pytest.mark.django_db
def test_a_form_that_comes_back_without_its_proof_says_what_to_do(client):
    client.handler.enforce_csrf_checks = True
    response = client.post("/apparence/", {"theme": "dark"})
    assert response.status_code == 403
    assert "restée ouverte trop longtemps" in response.text


def test_the_page_of_our_own_faults_needs_nothing_and_says_whom_to_call():
    html = render_to_string("500.html")
    assert 'href="tel:119"' in html
    assert "Something went wrong on our side" in html
