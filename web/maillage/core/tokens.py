"""What is kept of a token that was sent to someone."""

import hashlib


def fingerprint(token: str) -> str:
    """Return what is stored of a token: nobody who reads the table can use it."""
    return hashlib.sha256(token.encode()).hexdigest()
