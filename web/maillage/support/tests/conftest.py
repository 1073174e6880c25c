"""What the tests of this room stand on, besides the rows of `made`."""

from maillage.agenda.tests.conftest import owner

__all__ = ["owner"]
