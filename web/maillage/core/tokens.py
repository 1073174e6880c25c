"""Tokens and codes that were given to someone: how they are drawn, read back and kept."""

import hashlib
import secrets

LEGIBLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is mistaken for another


def fingerprint(token: str) -> str:
    """Return what is stored of a token: nobody who reads the table can use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def code(length: int, signs: str = LEGIBLE) -> str:
    """Draw a code that is copied by hand."""
    return "".join(secrets.choice(signs) for _sign in range(length))


def typed_code(text: str, signs: str = LEGIBLE) -> str:
    """Read a code however it was typed: small letters, spaces, dashes."""
    return "".join(sign for sign in text.upper() if sign in signs)


def in_groups(of: str, size: int, between: str = "-") -> str:
    """Cut a code into groups that can be written down."""
    return between.join(of[at : at + size] for at in range(0, len(of), size))
