"""The secret code that follows a complaint: easy to copy by hand, impossible to guess."""

from maillage.core import tokens

GROUPS, LETTERS = 4, 4


def new() -> str:
    """A code of sixteen signs: more than 2 to the 79 of them."""
    return tokens.in_groups(tokens.code(GROUPS * LETTERS), LETTERS)


def as_kept(typed: str) -> str:
    """The same code however it was typed: spaces, small letters, without its dashes."""
    signs = tokens.typed_code(typed)
    return tokens.in_groups(signs, LETTERS) if len(signs) == GROUPS * LETTERS else ""
