"""Invented values that show each part on its living page."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from maillage.core.charts import Bar, Series, Tick, bar_chart, line_chart
from maillage.core.maps import Area, LegendClass, Point, draw
from maillage.core.tables import Cell, Column
from maillage.directory.signposts import SIGNPOSTS
from maillage.portal.cards import Card

ROWS = (("Champlitte", 4, "24 min"), ("Gray", 11, "3 min"), ("Pesmes", 2, "31 min"))
SHADES = ("map-1", "map-2", "map-3", "map-4", "map-unserved", "map-missing")


class SampleForm(forms.Form):
    """One field of each shape."""

    commune = forms.CharField(label=_("Ma commune"), help_text=_("Son nom ou son code postal."))
    age = forms.ChoiceField(
        label=_("Âge de l’enfant"), choices=[("", _("Peu importe")), ("36", _("3 ans"))]
    )
    text = forms.CharField(label=_("Ce qui ne va pas"), widget=forms.Textarea(attrs={"rows": 3}))
    car = forms.BooleanField(label=_("Je n’ai pas de voiture"), required=False)
    modes = forms.MultipleChoiceField(
        label=_("Comment"),
        choices=[("on_site", _("Sur place")), ("phone", _("Par téléphone"))],
        widget=forms.CheckboxSelectMultiple,
    )


def sample_parts(query: QueryDict) -> dict[str, Any]:
    """Everything that the living page shows."""
    wrong = SampleForm({"commune": "", "age": "", "text": "x"})
    wrong.is_valid()
    columns = [
        Column(str(_("Commune")), href="?tri=commune", sorted="ascending"),
        Column(str(_("Services")), number=True, href="?tri=-services"),
        Column(str(_("Trajet")), number=True),
    ]
    rows = [[Cell(name, "?commune=" + name), str(count), time] for name, count, time in ROWS]
    pages = Paginator(range(100), 10)
    return {
        "form": SampleForm(),
        "wrong": wrong,
        "columns": columns,
        "rows": rows,
        "page": pages.get_page(query.get("page")),
        "steps": [_("Chercher"), _("Choisir"), _("Vérifier"), _("C’est fait")],
        "path": [(_("Accueil"), "/"), (_("Pilotage"), "/ui/"), (_("Diagnostic"), "")],
        "drawing": _map(),
        "legend": _legend(),
        "bars": bar_chart([Bar(name, count, str(count)) for name, count, _time in ROWS]),
        "bar_columns": columns[:2],
        "bar_rows": [row[:2] for row in rows],
        "card": _card(),
        "signpost": SIGNPOSTS[0],
        "curve": _curve(),
        "curve_columns": [
            Column(str(_("Part des enfants"))),
            Column(str(_("Part des places")), number=True),
        ],
        "curve_rows": [["50 %", "26 %"], ["100 %", "100 %"]],
    }


def _card() -> Card:
    return Card(
        anchor="sample",
        title=str(_("Groupe de parole")),
        href="#main",
        number=1,
        chips=((str(_("Gratuit")), ""), (str(_("À distance")), "accent")),
        place="France services, Champlitte",
        when=str(_("Ouvert maintenant")),
        when_note="",
        far="24 min",
        far_note=str(_("(estimation)")),
        fee=str(_("Gratuit")),
        by="Maison des Quatre Vents",
        why=(str(_("Ouvert aux futurs parents.")),),
        phone="03 00 00 00 00",
        phone_href="tel:0300000000",
        alert=str(_("Cette fiche n’a pas été relue depuis un an.")),
        stale="",
        also=("Gray (12 min)",),
    )


def _map() -> Any:
    squares = [
        Area(
            f"Commune {number + 1}",
            {"type": "Polygon", "coordinates": [_square(number)]},
            shade,
            href="?commune=" + str(number + 1),
        )
        for number, shade in enumerate(SHADES)
    ]
    return draw(squares, [Point(47.55, 5.55, "Gray"), Point(47.52, 5.85, "1", "place")])


def _square(number: int) -> list[list[float]]:
    west, south = 5.5 + 0.15 * (number % 3), 47.4 + 0.1 * (number // 3)
    return [
        [west, south], [west + 0.15, south], [west + 0.15, south + 0.1], [west, south + 0.1],
        [west, south],
    ]  # fmt: skip


def _legend() -> list[LegendClass]:
    return [
        LegendClass("map-1", "< 10 min"),
        LegendClass("map-2", "10–20 min"),
        LegendClass("map-3", "20–30 min"),
        LegendClass("map-4", "30–45 min"),
        LegendClass("map-unserved", str(_("rien à moins de 45 min"))),
        LegendClass("map-missing", str(_("non publié"))),
    ]


def _curve() -> Any:
    ticks = [Tick(n / 4, f"{25 * n} %") for n in range(5)]
    points = [(0.0, 0.0), (0.25, 0.1), (0.5, 0.26), (0.75, 0.52), (1.0, 1.0)]
    return line_chart(
        [Series(str(_("Places")), points)],
        x_ticks=ticks,
        y_ticks=ticks,
        x_label=str(_("Part des enfants")),
        y_label=str(_("Part des places")),
        diagonal=True,
    )
