"""The command line: results to standard output, one sentence and code 2 on bad input."""

import pytest

from maillage_engine import BadParameter, cli_output, cli_tables, read_matrix
from maillage_engine.cli import main


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "people.csv").write_text("origin,people\nx,10\ny,30\n", encoding="utf-8")
    (tmp_path / "crèches.csv").write_text("facility,places\na,8\nb,6\n", encoding="utf-8")
    (tmp_path / "times.csv").write_text("id,b,a,far\nx,45,0,9\ny,3,2,9\n", encoding="utf-8")
    (tmp_path / "towns.csv").write_text(
        "id,lon,lat,density\nvesoul,6.1547,47.622,2\nlure,6.4972,47.6843,3\n", encoding="utf-8"
    )
    return tmp_path


def run(capsys, *args):
    code = main([str(arg) for arg in args])
    return code, capsys.readouterr()


def test_access_scores_origins_in_their_order(folder, capsys):
    code, said = run(
        capsys,
        "access",
        folder / "people.csv",
        folder / "crèches.csv",
        folder / "times.csv",
        "--bands",
        "30:1",
    )
    assert code == 0
    assert said.out == "origin,places_per_person,nearest_min\nx,0.2,0.0\ny,0.4,2.0\n"


def test_travel_writes_pairs_within_the_cutoff(folder, capsys):
    code, said = run(capsys, "travel", folder / "towns.csv", folder / "towns.csv", "--cutoff", "60")
    assert code == 0
    lines = said.out.splitlines()
    assert lines[0] == "origin,destination,minutes"
    assert lines[1] == "vesoul,vesoul,0.0"
    assert [line.split(",")[:2] for line in lines[2:4]] == [["vesoul", "lure"], ["lure", "vesoul"]]
    assert 30 < float(lines[2].split(",")[2]) < 45


def test_what_travel_writes_access_reads(folder, capsys):
    _, said = run(capsys, "travel", folder / "towns.csv", folder / "towns.csv")
    (folder / "made.csv").write_text(said.out, encoding="utf-8")
    (folder / "p.csv").write_text("origin,people\nlure,5\n", encoding="utf-8")
    (folder / "s.csv").write_text("facility,places\nlure,1\n", encoding="utf-8")
    code, said = run(capsys, "access", folder / "p.csv", folder / "s.csv", folder / "made.csv")
    assert (code, said.out.splitlines()[1]) == (0, "lure,0.2,0.0")


def test_faults_are_told_on_the_error_stream(folder, capsys):
    (folder / "people.csv").write_text("origin,people\nx,ten\nx,1\nz,2\n", encoding="utf-8")
    code, said = run(
        capsys, "access", folder / "people.csv", folder / "crèches.csv", folder / "times.csv"
    )
    assert (code, said.out) == (2, "")
    assert "people.csv has 2 faults:" in said.err
    assert "row 2, column 'people': 'ten' is not a number." in said.err
    assert "row 3, column 'origin': 'x' is already given on row 2." in said.err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("people.csv", "origin,persons\nx,1\n"),
            "column 'people' is missing; there are 'origin', 'persons'.",
        ),
        (
            ("people.csv", "origin,people\nw,1\n"),
            "times.csv has 1 fault:\n  no time from 'w' is given.",
        ),
        (("crèches.csv", "facility,places\nq,1\n"), "no time to 'q' is given."),
        (
            ("people.csv", "origin,people\nx,-1\n"),
            "row 2, column 'people': '-1' must be 0 or more.",
        ),
    ],
)
def test_bad_input_is_one_sentence(folder, capsys, change, message):
    (folder / change[0]).write_text(change[1], encoding="utf-8")
    code, said = run(
        capsys, "access", folder / "people.csv", folder / "crèches.csv", folder / "times.csv"
    )
    assert code == 2
    assert message in said.err
    assert "Traceback" not in said.err


def test_a_missing_file_is_one_sentence(folder, capsys):
    code, said = run(capsys, "travel", folder / "none.csv", folder / "towns.csv")
    assert code == 2
    assert "none.csv" in said.err


def test_bands_are_checked(folder, capsys):
    code, said = run(
        capsys,
        "access",
        folder / "people.csv",
        folder / "crèches.csv",
        folder / "times.csv",
        "--bands",
        "near",
    )
    assert code == 2
    assert "--bands must look like 10:1,20:0.5; got 'near'." in said.err


@pytest.fixture
def region(folder):
    """Three villages on a line, half an hour apart, of which two could hold a service."""
    (folder / "v.csv").write_text("origin,people\na,10\nb,60\nc,30\n", encoding="utf-8")
    (folder / "s.csv").write_text("site,capacity,open\na,100,1\nc,100,0\n", encoding="utf-8")
    (folder / "m.csv").write_text("id,a,c\na,0,60\nb,30,20\nc,60,0\n", encoding="utf-8")
    return folder


def test_site_says_where_how_good_and_why(region, capsys):
    code, said = run(
        capsys, "site", "p-median", region / "v.csv", region / "s.csv", region / "m.csv",
        "--p", 1, "--explain",
    )  # fmt: skip
    assert code == 0
    assert said.out.splitlines() == [
        "site,people,mean_minutes,minutes_added_if_closed,left_without_if_closed,chosen_again",
        "c,100.0,18.0,0.0,100.0,1.0",
    ]
    assert said.err == "# 1800 person-minutes; bound 1800: proven the best\n"


@pytest.mark.parametrize(
    ("kind", "options", "sites"),
    [
        ("p-center", ["--p", "1"], ["a"]),
        ("max-cover", ["--p", "1", "--within", "20"], ["c"]),
        ("backup-cover", ["--p", "2", "--within", "30"], ["a", "c"]),
        ("set-cover", ["--within", "25"], ["a", "c"]),
        ("capacitated", ["--p", "1"], ["c"]),
        ("improve", ["--p", "1"], ["a", "c"]),
    ],
)
def test_site_answers_every_kind_of_question(region, capsys, kind, options, sites):
    files = [region / name for name in ("v.csv", "s.csv", "m.csv")]
    code, said = run(capsys, "site", kind, *files, *options)
    assert code == 0
    assert [line.split(",")[0] for line in said.out.splitlines()[1:]] == sites
    assert said.err.endswith("proven the best\n")


def test_improve_says_who_gains(region, capsys):
    files = [region / name for name in ("v.csv", "s.csv", "m.csv")]
    _, said = run(capsys, "site", "improve", *files, "--p", 1, "--explain")
    assert said.err.splitlines()[-1] == "# 90 people gain 2400.0 person-minutes, 0 lose 0.0"


def test_site_without_a_number_of_sites_is_told_what_to_add(region, capsys):
    files = [region / name for name in ("v.csv", "s.csv", "m.csv")]
    code, said = run(capsys, "site", "p-median", *files)
    assert (code, said.err) == (2, "maillage-engine: p-median needs --p, the number of sites.\n")


def test_parquet_and_geojson_are_read_and_written(region, capsys):
    run(capsys, "access", region / "v.csv", *_supply(region), "--output", region / "scores.parquet")
    found = cli_tables.read(region / "scores.parquet")
    assert found.names("origin") == ["a", "b", "c"]
    assert found.numbers("nearest_min") == [0.0, 20.0, 0.0]
    rows = [["a", 6.1, 47.6, 3], ["b", 6.2, 47.7, 4]]
    cli_output.write(region / "towns.geojson", ["id", "lon", "lat", "density"], rows)
    code, said = run(capsys, "travel", region / "towns.geojson", region / "towns.geojson")
    assert code == 0
    assert len(said.out.splitlines()) == 5
    lines = [["a", "c", 12.5], ["b", "c", None]]
    names = ["origin", "destination", "minutes"]
    cli_output.write(region / "m.parquet", names, lines)
    matrix = read_matrix(region / "m.parquet", unit="minutes")
    assert (matrix.origins, matrix.times.minutes.tolist()) == (("a", "b"), [12.5])


def _supply(region):
    (region / "p.csv").write_text("facility,places\na,8\nc,6\n", encoding="utf-8")
    return region / "p.csv", region / "m.csv"


def test_a_file_that_is_not_what_its_name_says_is_refused(region, capsys):
    for name, sentence in (
        ("x.parquet", "not a Parquet file"),
        ("x.geojson", "not a GeoJSON collection"),
    ):
        (region / name).write_text("bonjour", encoding="utf-8")
        code, said = run(capsys, "access", region / name, *_supply(region))
        assert code == 2
        assert sentence in said.err
    with pytest.raises(BadParameter, match="columns lon and lat"):
        cli_output.write(region / "y.geojson", ["site"], [["a"]])


def test_front_lists_every_compromise_and_who_goes_where(region, capsys):
    files = [region / name for name in ("v.csv", "line.csv", "staff.csv", "square.csv")]
    (region / "line.csv").write_text("site,lon,lat\na,6.1,47.6\nb,6.2,47.6\nc,6.3,47.6\n")
    (region / "staff.csv").write_text("practitioner,tenths\nAnne,10\nBéa,5\n", encoding="utf-8")
    (region / "square.csv").write_text("id,a,b,c\na,0,10,60\nb,10,0,50\nc,60,50,0\n")
    code, said = run(capsys, "front", *files, "--share-minutes", 20, "--explain")
    assert code == 0
    assert said.out.splitlines() == [
        "point,sites,floor,person_minutes,proven,site,practitioner,tenths,people,mean_minutes,lon,lat",
        "1,1,10,1600.0,yes,b,Anne,10,100.0,16.0,6.2,47.6",
        "2,2,5,100.0,yes,b,Anne,10,70.0,1.429,6.2,47.6",
        "2,2,5,100.0,yes,c,Béa,5,30.0,0.0,6.3,47.6",
        "3,3,5,0.0,yes,a,Anne,5,10.0,0.0,6.1,47.6",
        "3,3,5,0.0,yes,b,Anne,5,60.0,0.0,6.2,47.6",
        "3,3,5,0.0,yes,c,Béa,5,30.0,0.0,6.3,47.6",
    ]
    assert said.err.splitlines() == [
        "# 3 compromises; every best compromise is listed",
        "# up to 2 sites, floor 6: 1600 person-minutes, no better than point 1",
        "# up to 3 sites, floor 6: 1600 person-minutes, no better than point 1",
    ]
    code, said = run(capsys, "front", *files, "--sites", "two")
    assert (code, said.err) == (2, "maillage-engine: --sites must look like 1:12; got 'two'.\n")
    run(capsys, "front", *files, "--sites", "1:1", "--output", region / "front.geojson")
    assert cli_tables.read(region / "front.geojson").rows[0][1]["practitioner"] == "Anne"


def test_rounds_writes_the_timetable_and_says_what_is_left_out(region, capsys):
    files = [region / name for name in ("stops.csv", "bus.csv", "road.csv")]
    (region / "stops.csv").write_text(
        "stop,stay,pattern,prize,open\na,60,weekly,,1:540-720\nb,60,monthly,9,1:540-720\n"
        "c,60,weekly,5,1:540-560\n"
    )
    (region / "bus.csv").write_text('vehicle,depot,weekdays\nbus,depot,"0,1"\n')
    (region / "road.csv").write_text(
        "id,depot,a,b,c\ndepot,0,20,25,9\na,20,0,10,9\nb,25,10,0,9\nc,9,9,9,0\n"
    )
    code, said = run(capsys, "rounds", *files, "--exchanges", 5, "--explain")
    assert code == 0
    lines = said.out.splitlines()
    assert lines[0] == "week,weekday,vehicle,rank,stop,arrival,start,end,departure,back"
    assert sorted(line.split(",")[4] for line in lines[1:]) == ["a", "a", "a", "a", "b"]
    told = said.err.splitlines()
    assert told[0].startswith("# 2 of 3 stops, 175 minutes driven in four weeks")
    assert told[1] == "# c is left out: no vehicle can be there while it is open"
    (region / "stops.csv").write_text("stop,stay,open\na,long,1:540-720\nb,60,morning\n")
    code, said = run(capsys, "rounds", *files)
    assert code == 2
    assert "row 2, column 'stay': 'long' is not a number." in said.err
    assert (
        "row 3, column 'open': 'morning' must look like 1:540-720;3:600-960 (weekdays from 0 to 6)."
        in said.err
    )
