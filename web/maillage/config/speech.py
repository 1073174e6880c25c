"""The two languages of the command line, spoken before Django is there to translate."""

import os


def speaks_french() -> bool:
    """French unless the terminal asks for another language; a bare "C" terminal asks for none."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        wanted = os.environ.get(name, "").split(".", maxsplit=1)[0].lower()
        if wanted:
            return wanted.startswith("fr") or wanted in {"c", "posix"}
    return True


def say(french: str, english: str) -> str:
    """Return the sentence in the language of the person at the terminal."""
    return french if speaks_french() else english


class CannotStart(Exception):
    """What a person must know and do before the program can run: one sentence, no traceback."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(french, english)
        self.french = french
        self.english = english

    def __str__(self) -> str:
        return say(self.french, self.english)
