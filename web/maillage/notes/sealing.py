"""Words sealed for one reader: anyone may seal with the public key, only the private key opens.

HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM. `about` names the row that the words
belong to and goes into the key schedule: a sealed text copied to another row opens nowhere.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from maillage.notes.errors import CannotBeOpened

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
KEY_BYTES = 32
OVERHEAD = 32 + 16  # the sender's one-time public key, and the tag
BLOCK = 256  # lengths are rounded up, so that a dump does not tell a word from a page


def new_private_key() -> bytes:
    """Return a new private key, that must be wrapped before it is kept."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_key_of(private: bytes) -> bytes:
    """Return the public half."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal(text: str, public: bytes, *, about: bytes) -> bytes:
    """Seal `text` for the holder of the private half of `public`."""
    plain = text.encode() + b"\x80"
    plain += bytes(-len(plain) % BLOCK)
    return SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), info=about)


def opened(sealed: bytes, private: bytes, *, about: bytes) -> str:
    """Open what was sealed about this very row. Raises `CannotBeOpened`."""
    key = X25519PrivateKey.from_private_bytes(private)
    try:
        plain = SUITE.decrypt(bytes(sealed), key, info=about)
    except InvalidTag as error:
        raise CannotBeOpened from error
    return plain.rstrip(b"\0")[:-1].decode()
