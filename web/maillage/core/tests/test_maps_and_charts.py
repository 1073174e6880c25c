"""Drawings made by the server: where things fall on the page, and the same bytes each time."""

import pytest

from maillage.core.charts import Bar, Series, Tick, bar_chart, line_chart
from maillage.core.maps import Area, Point, draw

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
TWO = {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"], SQUARE["coordinates"]]}


def test_an_outline_is_written_in_whole_steps_from_the_last_spot():
    drawing = draw([Area("carré", SQUARE, "map-1")], width=124)
    assert (drawing.width, drawing.height) == (124, 125)
    assert drawing.shapes[0].d == "M12 112l100 0 0-100-100 0z"


def test_every_ring_of_a_commune_in_several_parts_is_drawn():
    assert draw([Area("îles", TWO, "map-1")], width=124).shapes[0].d.count("M") == 2


def test_north_is_up_and_east_is_right():
    south_west, north_east = draw([], [Point(47.0, 5.0, "a"), Point(48.0, 6.0, "b")]).markers
    assert south_west.x < north_east.x
    assert south_west.y > north_east.y


def test_a_window_shows_only_what_lies_in_it_and_keeps_its_shape():
    whole = draw([Area("carré", SQUARE, "map-1")], width=124)
    part = draw([Area("carré", SQUARE, "map-1")], width=124, window=(0.4, 0.6, 0.4, 0.6))
    assert part.height == whole.height
    assert part.shapes[0].d != whole.shapes[0].d


def test_an_area_without_an_outline_is_left_out():
    assert draw([Area("inconnue", None, "map-missing")]).shapes == ()


def test_a_place_is_a_pill_as_wide_as_its_numbers():
    one, many = draw([], [Point(47, 5, "1", "place"), Point(48, 6, "1·2·3·4·5", "place")]).markers
    assert one.box_width == 34
    assert many.box_width == 126


def test_the_same_map_gives_the_same_shapes():
    areas = [Area("carré", SQUARE, "map-1", "/communes/70279/")]
    assert draw(areas) == draw(areas)
    assert draw(areas).linked is True


def test_bars_start_at_zero_and_share_one_scale():
    chart = bar_chart([Bar("Gray", 10, "10"), Bar("Pesmes", 5, "5"), Bar("Gy", 0, "0")])
    widths = [bar.width for bar in chart.bars]
    assert widths == [400, 200, 0]
    assert {bar.x for bar in chart.bars} == {230}
    assert [text.text for text in chart.texts] == ["Gray", "10", "Pesmes", "5", "Gy", "0"]


def test_bars_without_any_value_are_drawn_empty():
    assert [bar.width for bar in bar_chart([Bar("Gray", 0, "0")]).bars] == [0]
    assert bar_chart([]).bars == ()


def test_a_line_spans_its_ticks_and_equality_is_the_diagonal():
    ticks = [Tick(0, "0"), Tick(1, "1")]
    chart = line_chart(
        [Series("accès", [(0, 0), (1, 1)])],
        x_ticks=ticks, y_ticks=ticks, x_label="x", y_label="y", diagonal=True,
    )  # fmt: skip
    assert chart.lines[0].d == "M70 360L700 34"
    assert [rule.d for rule in chart.rules if rule.css == "equal"] == ["M70 360L700 34"]


@pytest.mark.parametrize("count", [1, 3])
def test_each_line_has_its_key(count):
    ticks = [Tick(0, "0"), Tick(1, "1")]
    series = [Series(f"série {n}", [(0, 0), (1, n / 3)], f"series-{n + 1}") for n in range(count)]
    chart = line_chart(series, x_ticks=ticks, y_ticks=ticks, x_label="x", y_label="y")
    assert [trace.name for trace in chart.key] == [s.name for s in series]
