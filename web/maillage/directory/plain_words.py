"""The words that people really type, read once from the text files of `words/`."""

from pathlib import Path

FOLDER = Path(__file__).parent / "words"


def _lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line and not line.startswith("#")]


def _by_code(name: str) -> dict[str, tuple[str, ...]]:
    """Read `[code]` lines, each followed by phrases between commas."""
    gathered: dict[str, str] = {}
    code = ""
    for line in _lines(name):
        if line.startswith("["):
            code = line.strip("[]")
            gathered[code] = ""
        else:
            gathered[code] += f" {line}"
    return {
        code: tuple(phrase.strip() for phrase in text.split(",") if phrase.strip())
        for code, text in gathered.items()
    }


WORDS = _by_code("needs.txt")
KIND_WORDS = _by_code("kinds.txt")
SILENT = frozenset(" ".join(_lines("silent.txt")).split())
