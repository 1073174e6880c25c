"""The command line: results to standard output, one sentence and code 2 on bad input."""

import pytest

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
    assert said.out == "origin,places_per_person,nearest_min\nx,0.2,0.000\ny,0.4,2.000\n"


def test_travel_writes_pairs_within_the_cutoff(folder, capsys):
    code, said = run(capsys, "travel", folder / "towns.csv", folder / "towns.csv", "--cutoff", "60")
    assert code == 0
    lines = said.out.splitlines()
    assert lines[0] == "origin,destination,minutes"
    assert lines[1] == "vesoul,vesoul,0.000"
    assert [line.split(",")[:2] for line in lines[2:4]] == [["vesoul", "lure"], ["lure", "vesoul"]]
    assert 30 < float(lines[2].split(",")[2]) < 45


def test_what_travel_writes_access_reads(folder, capsys):
    _, said = run(capsys, "travel", folder / "towns.csv", folder / "towns.csv")
    (folder / "made.csv").write_text(said.out, encoding="utf-8")
    (folder / "p.csv").write_text("origin,people\nlure,5\n", encoding="utf-8")
    (folder / "s.csv").write_text("facility,places\nlure,1\n", encoding="utf-8")
    code, said = run(capsys, "access", folder / "p.csv", folder / "s.csv", folder / "made.csv")
    assert (code, said.out.splitlines()[1]) == (0, "lure,0.2,0.000")


def test_faults_are_told_on_the_error_stream(folder, capsys):
    (folder / "people.csv").write_text("origin,people\nx,ten\nx,1\nz,2\n", encoding="utf-8")
    code, said = run(
        capsys, "access", folder / "people.csv", folder / "crèches.csv", folder / "times.csv"
    )
    assert (code, said.out) == (2, "")
    assert "people.csv has 2 faults:" in said.err
    assert "row 2, column 'people': 'ten' is not a number." in said.err
    assert "row 3, column 'origin': 'x' is empty or given twice." in said.err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("people.csv", "origin,persons\nx,1\n"), "column 'people' is missing"),
        (("people.csv", "origin,people\nw,1\n"), "the matrix has no origin 'w'."),
        (("crèches.csv", "facility,places\nq,1\n"), "the matrix has no destination 'q'."),
        (("people.csv", "origin,people\nx,-1\n"), "demand must be finite and >= 0; got -1.0"),
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
    assert "bands must look like 10:1,20:0.5; got 'near'." in said.err
