"""Matrix files: what is read, and every fault told at once."""

import gzip
import io

import pyarrow.csv
import pyarrow.parquet
import pytest

from maillage_engine import BadFile, BadParameter, matrix_file, read_matrix


def written(tmp_path, text, name="times.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_square_is_read_in_minutes(tmp_path):
    path = written(tmp_path, '"id","a","b","c"\n"x",0,90,NA\n"y",,1200.5,30\n')
    matrix = read_matrix(path, unit="seconds", cutoff_min=20)
    assert matrix.origins == ("x", "y")
    assert matrix.destinations == ("a", "b", "c")
    assert matrix.times.origin.tolist() == [0, 0, 1]
    assert matrix.times.destination.tolist() == [0, 1, 2]
    assert matrix.times.minutes.tolist() == [0, 1.5, 0.5]


def test_three_columns_are_read(tmp_path):
    path = written(tmp_path, "\ufefforigin;destination;minutes\nx;b;7\ny;a;5\n\nx;a;NaN\n")
    matrix = read_matrix(path, unit="minutes")
    assert (matrix.origins, matrix.destinations) == (("x", "y"), ("b", "a"))
    assert matrix.times.dense()[1, 1] == 5
    assert matrix.times.minutes.tolist() == [7, 5]


def test_a_french_spreadsheet_is_read(tmp_path):
    path = written(tmp_path, "id;a;b\nx;1,5;1\u202f200,25\ny;2.5;\n")
    assert read_matrix(path, unit="minutes").times.minutes.tolist() == [1.5, 1200.25, 2.5]


def test_gzip_is_read(tmp_path):
    path = written(tmp_path, gzip.compress(b"id,a\nx,3\n"), "times.csv.gz")
    assert read_matrix(path, unit="minutes").times.minutes.tolist() == [3]


@pytest.mark.parametrize(
    ("case", "text", "faults"),
    [
        (
            "every fault of a square",
            "id,a,a,\nx,1,two,3\nx,-4,5,6\n,1,2\n",
            (
                "row 1, column 3: this destination, 'a', is given twice.",
                "row 1, column 4: this destination is empty.",
                "row 2, column 3: 'two' is not a number.",
                "row 3, column 1: this origin, 'x', is given twice.",
                "row 3, column 2: a time must be >= 0; got -4.",
                "row 4, column 1: this origin is empty.",
                "row 4: 4 cells wanted, got 3.",
            ),
        ),
        (
            "every fault of three columns",
            "origin,destination,minutes\nx,a,1\nx,a,2\nx,,3\ny,a\ny,b,soon\n",
            (
                "row 3: 'x' to 'a' is already given on row 2.",
                "row 4: an origin and a destination are needed.",
                "row 5: 3 cells wanted, got 2.",
                "row 6, column 3: 'soon' is not a number.",
            ),
        ),
        ("empty", "", ("row 1: a header with at least one destination is needed.",)),
        ("no row", "id,a,b\n", ("row 2: at least one origin is needed.",)),
        ("no pair", "origin,destination,minutes\n", ("row 2: at least one pair is needed.",)),
        (
            "another unit",
            "origin,destination,seconds\nx,a,60\n",
            ("row 1: the third column must be 'minutes'; got 'seconds'.",),
        ),
        (
            "not text",
            b"id,a\nx,\xff\n",
            ("row 2: not UTF-8 text (b'\\xff'); save the file again as “CSV UTF-8”.",),
        ),
    ],
)
def test_faults_are_all_told(tmp_path, case, text, faults):
    with pytest.raises(BadFile) as refusal:
        read_matrix(written(tmp_path, text), unit="minutes")
    assert refusal.value.faults == faults


def test_a_file_that_only_looks_like_gzip_is_refused(tmp_path):
    with pytest.raises(
        BadFile, match=r"times.csv.gz has 1 fault:\n  not a CSV file: Not a gzipped"
    ):
        read_matrix(written(tmp_path, "id,a\nx,3\n", "times.csv.gz"), unit="minutes")


def test_a_cut_gzip_is_refused(tmp_path):
    cut = gzip.compress(b"id,a\n" + b"x,3\n" * 1000)[:-12]
    with pytest.raises(BadFile, match="not a CSV file: Compressed file ended"):
        read_matrix(written(tmp_path, cut, "times.csv.gz"), unit="minutes")


def test_long_lists_of_faults_are_shortened_in_the_message_only(tmp_path):
    text = "id,a\n" + "".join(f"x{i},bad\n" for i in range(50))
    with pytest.raises(BadFile, match=r"has 50 faults:(?s:.*)and 30 more$") as refusal:
        read_matrix(written(tmp_path, text), unit="minutes")
    assert len(refusal.value.faults) == 50


@pytest.mark.parametrize("name", ["times.csv", "times.csv.gz", "times.parquet"])
def test_progress_is_told_up_to_the_whole(tmp_path, monkeypatch, name):
    monkeypatch.setattr(matrix_file, "STEP", 10)
    text = "origin,destination,minutes\n" + "".join(f"x,a{i},{i}\n" for i in range(90))
    path = tmp_path / name
    if name.endswith(".parquet"):
        table = pyarrow.csv.read_csv(io.BytesIO(text.encode()))
        pyarrow.parquet.write_table(table, path)
    else:
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    told = []
    read_matrix(path, unit="minutes", progress=lambda *now: told.append(now))
    whole = 90 if name.endswith(".parquet") else path.stat().st_size
    assert told[-1] == (whole, whole)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_unit_is_never_guessed(tmp_path):
    with pytest.raises(BadParameter, match=r"one of \['minutes', 'seconds'\]; got 'hours'"):
        read_matrix(written(tmp_path, "id,a\nx,3\n"), unit="hours")
