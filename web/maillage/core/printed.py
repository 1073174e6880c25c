"""Pages to print (PDF), set by Typst from a template and facts. The same facts, the same bytes."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst


def pdf(
    template: Path, facts: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """Set a page. The template reads `facts.json` and the pictures beside it, by their names.

    Fonts are those of the program, so that every machine prints the same.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, drawn in (pictures or {}).items():
            (place / name).write_bytes(drawn)
        (place / "facts.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        page = place / template.name
        page.write_bytes(template.read_bytes())
        made = typst.compile(str(page), root=folder, ignore_system_fonts=True)
    return bytes(made)
