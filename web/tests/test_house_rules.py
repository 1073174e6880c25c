"""What a reviewer would otherwise repeat: sizes, places, names and what no page may hold."""

import ast
import inspect
import os
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.apps import apps

import maillage_engine

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "web" / "maillage"
MADE_BY_TOOLS = {"__pycache__", "build", "dist", "node_modules"}
OURS = ("maillage", "maillage_engine", "maillage_parameters")
# The settings of the whole site are one file; nothing else in it may grow as long.
LINES = {"settings.py": 250, ".py": 500, ".yaml": 500, ".html": 150}
# Pages that Django or a library asks for by name.
ASKED_BY_NAME = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"}
FRAMEWORKS = ("django", "allauth")
DRAWERS = {
    "base", "common", "handlers", "helpers", "manager", "managers", "misc", "selectors",
    "services", "signals", "utils",
}  # fmt: skip
# Documents that stand alone once downloaded: they are opened from a disk, not served.
SENT_AS_FILES = {"steering/report.html"}


@cache
def written(*endings):
    """The files of the project; what tools make beside them is left aside."""
    found = []
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [name for name in inside if not (name.startswith(".") or name in MADE_BY_TOOLS)]
        found += [Path(folder, name) for name in names if Path(name).suffix in endings]
    return sorted(found)


def code():
    return [file for file in written(".py") if "migrations" not in file.parts]


def shipped():
    return [file for file in code() if "tests" not in file.parts and PACKAGE in file.parents]


def templates():
    return [file for file in written(".html", ".txt", ".svg") if "templates" in file.parts]


def named(file):
    return str(file.relative_to(ROOT))


@cache
def tree(file):
    return ast.parse(read(file), str(file))


def template_name(file):
    parts = file.parts
    return "/".join(parts[parts.index("templates") + 1 :])


@cache
def read(file):
    return file.read_text(encoding="utf-8")


def at_fault(files, search):
    """Each file where `search` finds something, with what it finds."""
    return {named(file): found for file in files if (found := search(file))}


# Sizes


def test_a_file_can_be_read_in_one_sitting():
    def too_long(file):
        count = len(read(file).splitlines())
        return count if count > LINES.get(file.name, LINES[file.suffix]) else None

    assert at_fault(written(".py", ".yaml", ".html"), too_long) == {}


def test_a_class_has_at_most_twelve_methods():
    def large(file):
        classes = (node for node in ast.walk(tree(file)) if isinstance(node, ast.ClassDef))
        return [each.name for each in classes if len(_functions(each.body)) > 12]

    assert at_fault(shipped(), large) == {}


def _functions(nodes):
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


# Places and names


def test_a_room_says_what_it_holds():
    rooms = [Path(app.path) / "__init__.py" for app in apps.get_app_configs() if _is_ours(app)]
    assert [named(file) for file in rooms if not ast.get_docstring(tree(file))] == []


def _is_ours(app):
    return app.name.startswith("maillage.")


def test_no_file_is_a_drawer():
    assert [named(file) for file in code() if file.stem in DRAWERS] == []


def test_our_own_modules_are_imported_at_the_top():
    def hidden(file):
        return sorted(
            {
                node.lineno
                for function in _functions(ast.walk(tree(file)))
                for node in ast.walk(function)
                if _imports_ours(node)
            }
        )

    assert at_fault(code(), hidden) == {}, "move the code instead of hiding the import"


def _imports_ours(node):
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in OURS
    return isinstance(node, ast.Import) and any(
        alias.name.split(".")[0] in OURS for alias in node.names
    )


def test_no_signal_is_listened_to():
    assert at_fault(shipped(), lambda file: "@receiver" in read(file)) == {}


def test_every_template_is_used():
    text = "\n".join(read(file) for file in (*templates(), *shipped()))
    unused = {
        name
        for name in map(template_name, templates())
        if not re.search(rf"[\"']{re.escape(name)}[\"'#]", text)
    }
    assert {name for name in unused - ASKED_BY_NAME if not _replaces_a_framework(name)} == set()


def _replaces_a_framework(name):
    """A library asks for some of its templates by a name that it builds: ours stand before them."""
    places = [Path(find_spec(each).origin).parent for each in FRAMEWORKS]
    return any(list(place.rglob(f"templates/{name}")) for place in places)


# Pages under a strict content security policy


def test_no_template_holds_an_inline_style_or_script():
    def inline(file):
        text = read(file)
        scripts = re.findall(r"<script\b[^>]*>", text)
        return [
            *re.findall(r"<style\b|\sstyle\s*=", text),
            *re.findall(r"\son[a-z]+\s*=\s*[\"']", text),
            *(tag for tag in scripts if "src=" not in tag and "application/json" not in tag),
        ]

    pages = [file for file in templates() if template_name(file) not in SENT_AS_FILES]
    assert at_fault(pages, inline) == {}


def test_no_template_loads_anything_from_elsewhere():
    loading = re.compile(r"<(?:script|link|img|iframe|source|form|use)\b[^>]*https?://[^>]*>")
    assert at_fault(templates(), lambda file: loading.findall(read(file))) == {}


def test_no_style_sheet_loads_anything_from_elsewhere():
    loading = re.compile(r"@import[^;]*|url\(\s*[\"']?https?:[^)]*\)")
    assert at_fault(written(".css"), lambda file: loading.findall(read(file))) == {}


# The engine


@pytest.mark.parametrize("name", sorted(maillage_engine.__all__))
def test_a_public_name_of_the_engine_says_what_goes_in_and_what_comes_out(name):
    thing = getattr(maillage_engine, name)
    said = inspect.getdoc(thing) or ""
    assert said
    if inspect.isfunction(thing):
        wanted = (
            ["Returns"] if not inspect.signature(thing).parameters else ["Parameters", "Returns"]
        )
        missing = [word for word in wanted if not re.search(rf"^{word}\n-+$", said, re.M)]
        assert missing == []


# The project speaks of itself alone

OPEN_DATA = {"web/conftest.py", "engine/tests/conftest.py"}  # where its default place is written
# A bracket around one letter keeps a pattern from finding itself.
FORBIDDEN = {
    "the folder of one checkout": rf"{re.escape(str(ROOT))}\b|{re.escape(str(Path.home()))}/",
    "a sibling of the checkout": r"\.\./share[d]\b|\"share[d]\" /",
    "a package registry": r"pyp[i]\.org|pythonhoste[d]\.org|--index-ur[l]|registry\.np[m]js",
}
TEXTS = (
    ".cfg", ".css", ".html", ".in", ".js", ".json", ".lock", ".md", ".po", ".py", ".sh", ".toml",
    ".txt", ".typ", ".yaml", ".yml",
)  # fmt: skip


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_file_names_the_place_where_it_was_written(rule):
    pattern = re.compile(FORBIDDEN[rule])
    allowed = OPEN_DATA if rule == "a sibling of the checkout" else set()
    files = [file for file in written(*TEXTS) if named(file) not in allowed]
    assert at_fault(files, lambda file: pattern.findall(read(file))) == {}
