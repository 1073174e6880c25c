"""The secret code that follows a complaint: easy to copy by hand, impossible to guess."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without what is read as something else
GROUPS, LETTERS = 4, 4


def new() -> str:
    """A code of sixteen signs: more than 2 to the 79 of them."""
    groups = ["".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS)]
    return "-".join(groups)


def as_kept(typed: str) -> str:
    """The same code however it was typed: spaces, small letters, without its dashes."""
    signs = [sign for sign in typed.upper() if sign in ALPHABET]
    if len(signs) != GROUPS * LETTERS:
        return ""
    return "-".join("".join(signs[at : at + LETTERS]) for at in range(0, len(signs), LETTERS))
