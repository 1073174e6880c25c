"""Files of the command line: what people really save is read, what is wrong is told at once."""

import json
from errno import ENOSPC
from pathlib import Path

import pytest

from maillage_engine.cli import main

ROAD = "id,depot,a,b\ndepot,0,20,25\na,20,0,10\nb,25,10,0\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save("people.csv", "origin,people\nÉchenoz,10\ny,30\n")
    save("places.csv", "facility,places\na,8\nb,6\n")
    save("times.csv", "id,a,b\nÉchenoz,0,45\ny,2,3\n")
    return tmp_path


def save(name, text, encoding="utf-8"):
    Path(name).write_bytes(text.encode(encoding))


def run(capsys, *args):
    code = main([str(arg) for arg in args])
    return code, capsys.readouterr()


def access(capsys, people="people.csv", *more):
    return run(capsys, "access", people, "places.csv", "times.csv", "--bands", "30:1", *more)


@pytest.mark.parametrize(
    "text",
    [
        "origin;people\nÉchenoz;10,0\ny;30\n",
        "\ufefforigin;people\r\nÉchenoz;1\u202f0\r\ny;30,0\r\n\r\n",
        "origin\tpeople\nÉchenoz\t10,0\ny\t30\n",
        ' origin , people \n"Échenoz",10\ny,30\n',
    ],
    ids=["semicolons", "mark, thin spaces and empty lines", "tabs", "spaces and quotes"],
)
def test_spreadsheets_are_read_as_people_save_them(folder, capsys, text):
    save("saved.csv", text)
    assert access(capsys, "saved.csv")[1].out.splitlines()[1] == "Échenoz,0.2,0.0"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "origin,people\nx,-3\ny,ten\ny,4\n,5\nz,\nu,nan\nv,1,2\nw\n",
            [
                "row 2, column 'people': '-3' must be 0 or more.",
                "row 3, column 'people': 'ten' is not a number.",
                "row 4, column 'origin': 'y' is already given on row 3.",
                "row 5, column 'origin': a name is needed; it is empty.",
                "row 6, column 'people': an empty cell is not a number.",
                "row 7, column 'people': 'nan' is not a finite number.",
                "row 8: 2 cells wanted, got 3.",
                "row 9: 2 cells wanted, got 1.",
            ],
        ),
        ("origine,people\nx,1\n", ["column 'origin' is missing; there are 'origine', 'people'."]),
        ("origin,people,people\nx,1,2\n", ["row 1: column 'people' is given 2 times."]),
        ("origin,people\n", ["at least one row is needed; there is none."]),
        ("", ["the file is empty."]),
    ],
    ids=["every row", "column", "column twice", "header alone", "empty"],
)
def test_every_fault_of_a_table_is_told(folder, capsys, text, faults):
    save("bad.csv", text)
    code, said = access(capsys, "bad.csv", "--output", "out.csv")
    assert (code, said.out) == (2, "")
    assert said.err.splitlines()[1:] == [f"  {fault}" for fault in faults]
    assert not (folder / "out.csv").exists()


def test_a_folder_given_for_a_file_is_named(folder, capsys):
    (folder / "dir.csv").mkdir()
    code, said = access(capsys, "dir.csv")
    assert (code, said.err) == (2, "maillage-engine: dir.csv: Is a directory.\n")


def test_faults_of_every_file_are_told_together(folder, capsys):
    save("people.csv", "origin,people\nx,ten\n")
    save("places.csv", "facility,places\na,-1\n")
    save("times.csv", "id,a\nx,soon\n")
    assert access(capsys)[1].err.splitlines() == [
        "maillage-engine: the input has 3 faults:",
        "  people.csv, row 2, column 'people': 'ten' is not a number.",
        "  places.csv, row 2, column 'places': '-1' must be 0 or more.",
        "  times.csv, row 2, column 2: 'soon' is not a number.",
    ]


def test_a_file_given_twice_is_told_once_with_the_faults_of_both_uses(folder, capsys):
    save("all.csv", "origin,people,facility,places\nx,ten,a,-1\nx,1,b,2\n")
    _, said = run(capsys, "access", "all.csv", "all.csv", "times.csv")
    assert said.err.splitlines() == [
        "maillage-engine: all.csv has 3 faults:",
        "  row 2, column 'people': 'ten' is not a number.",
        "  row 2, column 'places': '-1' must be 0 or more.",
        "  row 3, column 'origin': 'x' is already given on row 2.",
    ]


def test_another_encoding_is_told_with_its_row_and_what_to_do(folder, capsys):
    save("people.csv", "origin;people\nx;1\nÉchenoz;10\n", encoding="cp1252")
    sentence = "row 3: not UTF-8 text (b'\\xc9'); save the file again as “CSV UTF-8”."
    assert sentence in access(capsys)[1].err


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "id,lon,lat,density\na,6,47,3\nb,906000,6700000,9\nc,x,47,2.5\n",
            [
                "row 3, column 'lon': '906000' must be between -180 and 180.",
                "row 3, column 'lat': '6700000' must be between -90 and 90.",
                "row 3, column 'density': '9' must be a density level: 1, 2, 3 or 4.",
                "row 4, column 'lon': 'x' is not a number.",
                "row 4, column 'density': '2.5' must be a density level: 1, 2, 3 or 4.",
            ],
        ),
        (
            "id,lon,lat\na,47.6,6.1\nb,47.5,6.2\n",
            ["longitude and latitude look swapped: got longitude 47.6, latitude 6.1 on row 2."],
        ),
    ],
    ids=["every row", "swapped"],
)
def test_places_out_of_this_world_are_told(folder, capsys, text, faults):
    save("towns.csv", text)
    code, said = run(capsys, "travel", "towns.csv", "towns.csv")
    assert code == 2
    assert said.err.splitlines()[1:] == [f"  {fault}" for fault in faults]


def test_features_are_called_by_their_number(folder, capsys):
    spot = {"type": "Point", "coordinates": [6.1, 47.6]}
    feature = {"type": "Feature", "geometry": spot, "properties": {"origin": "x", "people": -1}}
    save("f.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert (
        "feature 1, column 'people': '-1' must be 0 or more." in access(capsys, "f.geojson")[1].err
    )
    feature["geometry"]["coordinates"] = [6.1]
    save("f.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert "not a GeoJSON collection of features" in access(capsys, "f.geojson")[1].err


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("out.xlsx", "--output must end with .csv, .parquet, .geojson, .json; got 'out.xlsx'."),
        ("nowhere/out.csv", "--output must go to a folder that exists; got 'nowhere'."),
        ("people.csv", "--output would replace people.csv, which is read."),
        ("out.geojson", "a map needs columns lon and lat, in the table of what it shows."),
    ],
)
def test_results_that_could_not_be_written_are_refused(folder, capsys, output, sentence):
    before = sorted(path.name for path in folder.iterdir())
    code, said = access(capsys, "people.csv", "--output", output)
    assert (code, said.err) == (2, f"maillage-engine: {sentence}\n")
    assert sorted(path.name for path in folder.iterdir()) == before


def test_what_was_written_before_stays_until_the_new_result_is_whole(folder, capsys, monkeypatch):
    save("out.csv", "what was there\n")

    def broken(*_args, **_kwargs):
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", broken)
    code, said = access(capsys, "people.csv", "--output", "out.csv")
    assert (code, said.err) == (2, "maillage-engine: No space left on device.\n")
    assert (folder / "out.csv").read_text() == "what was there\n"
    assert not list(folder.glob(".*.part"))


def test_interruption_is_one_sentence(folder, capsys, monkeypatch):
    def interrupted(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr("maillage_engine.cli_access.two_step_access", interrupted)
    code, said = access(capsys)
    assert (code, said.out) == (130, "")
    assert "interrupted, nothing was written." in said.err


def test_access_makes_a_map_and_explains_itself(folder, capsys):
    save("people.csv", "origin,people,lon,lat\nÉchenoz,10,6.1,47.6\ny,30,6.2,47.7\n")
    code, said = access(capsys, "people.csv", "--explain", "--output", "map.geojson")
    assert (code, said.out) == (0, "")
    assert said.err.splitlines() == [
        "# 14 places of 14 are within someone's reach",
        "# 0 origins of 2, 0 people (0.0%), reach no place",
        "# the median person has 0.4 places; Gini index 0.107 (0: all the same)",
    ]
    first = json.loads((folder / "map.geojson").read_text(encoding="utf-8"))["features"][0]
    assert first["geometry"] == {"type": "Point", "coordinates": [6.1, 47.6]}
    assert first["properties"] == {
        "origin": "Échenoz", "places_per_person": 0.2, "nearest_min": 0.0, "people": 10.0,
        "unserved": "no",
    }  # fmt: skip


def test_travel_draws_lines_and_says_how_sure_it_is(folder, capsys):
    save("towns.csv", "id,lon,lat\na,6.1,47.6\nb,6.2,47.6\n")
    code, said = run(
        capsys, "travel", "towns.csv", "towns.csv", "--output", "t.geojson", "--explain"
    )
    assert code == 0
    assert "# 8 trips in 10 take between" in said.err
    drawn = json.loads((folder / "t.geojson").read_text())["features"]
    assert drawn[1]["geometry"]["coordinates"] == [[6.1, 47.6], [6.2, 47.6]]
    assert drawn[1]["properties"]["destination"] == "b"


def test_rounds_draws_tours_and_stops(folder, capsys):
    save("stops.csv", "stop,stay,pattern,lon,lat\na,60,weekly,6.1,47.6\nb,60,monthly,6.2,47.7\n")
    save("bus.csv", "vehicle,depot,lon,lat\nbus,depot,6.0,47.5\n")
    save("road.csv", ROAD)
    asked = ("rounds", "stops.csv", "bus.csv", "road.csv", "--exchanges", 2, "--output")
    assert run(capsys, *asked, "tours.geojson")[0] == 0
    features = json.loads((folder / "tours.geojson").read_text())["features"]
    tours = [one for one in features if one["geometry"]["type"] == "LineString"]
    visits = [one for one in features if one["geometry"]["type"] == "Point"]
    assert len(visits) == 5
    assert sorted({tour["properties"]["week"] for tour in tours}) == [1, 2, 3, 4]
    ends = {
        (*tour["geometry"]["coordinates"][0], *tour["geometry"]["coordinates"][-1])
        for tour in tours
    }
    assert ends == {(6.0, 47.5, 6.0, 47.5)}
    save("bus.csv", "vehicle,depot\nbus,depot\n")
    code, said = run(capsys, *asked, "again.geojson")
    assert code == 2
    assert "a map needs lon and lat for every stop and depot; none for 'depot'." in said.err


def test_every_fault_of_stops_and_vehicles_is_told(folder, capsys):
    save("stops.csv", "stop;stay;open;prize\na;-5;1:720-540;x\nb;1,5;9:1-2;-3\n")
    save("bus.csv", 'vehicle,depot,weekdays,shift\nbus,,"0,9",abc\nbus,depot,lundi,400\n')
    save("road.csv", ROAD)
    code, said = run(capsys, "rounds", "stops.csv", "bus.csv", "road.csv")
    assert code == 2
    assert said.err.splitlines()[1:] == [
        "  stops.csv, row 2, column 'stay': '-5' must be 0 or more.",
        "  stops.csv, row 2, column 'prize': 'x' is not a number.",
        "  stops.csv, row 2, column 'open': '1:720-540' must open before it closes.",
        "  stops.csv, row 3, column 'prize': '-3' must be 0 or more.",
        "  stops.csv, row 3, column 'open': '9:1-2' must look like 1:540-720;3:600-960"
        " (weekdays from 0 to 6).",
        "  bus.csv, row 2, column 'depot': an empty cell names nothing.",
        "  bus.csv, row 2, column 'shift': 'abc' is not a number.",
        "  bus.csv, row 2, column 'weekdays': '0,9' must look like 0,1,2 (weekdays from 0 to 6).",
        "  bus.csv, row 3, column 'vehicle': 'bus' is already given on row 2.",
        "  bus.csv, row 3, column 'weekdays': 'lundi' must look like 0,1,2 (weekdays from 0 to 6).",
    ]


def test_pandas_reads_what_is_written_and_writes_what_is_read(folder, capsys):
    pd = pytest.importorskip("pandas", reason="pandas is not installed (only adapters need it)")
    pd.read_csv("people.csv").to_parquet("people.parquet")
    assert access(capsys, "people.parquet", "--output", "scores.parquet")[0] == 0
    assert pd.read_parquet("scores.parquet")["places_per_person"].tolist() == [0.2, 0.4]
