"""Compiled loops work where nothing can be written, and run without the interpreter lock."""

import os
import subprocess
import sys
from pathlib import Path

from maillage_engine import _compile

ENGINE = Path(__file__).parents[1]


def test_without_a_folder_to_cache_in_loops_are_compiled_all_the_same(monkeypatch):
    asked = []

    def refusing_to_cache(**options):
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(_compile, "njit", refusing_to_cache)
    assert _compile.compiled(len) is len
    assert [options.get("cache", False) for options in asked] == [True, False]
    assert all(options["nogil"] for options in asked)


def test_the_cache_may_be_put_elsewhere(tmp_path):
    code = (
        "from maillage_engine._compile import compiled\n"
        "from maillage_engine import _stream\n"
        "print(_stream.grouped.stats.cache_path)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ENGINE,
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
    )
    assert found.stdout.startswith(str(tmp_path))
