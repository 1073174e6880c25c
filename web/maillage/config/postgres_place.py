"""Where one embedded server lives."""

from dataclasses import dataclass
from pathlib import Path

from maillage.config import postgres_programs as programs

SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True)
class EmbeddedServer:
    """Where one server lives. Making this object touches nothing."""

    state: Path
    socket: Path
    suffix: str = ""
    durable: bool = True

    @property
    def binaries(self) -> Path:
        return programs.find_binaries()

    @property
    def data(self) -> Path:
        return self.state / f"pg{programs.major_version(self.binaries)}{self.suffix}"


def is_cluster(data: Path) -> bool:
    """Whether the folder holds a whole cluster."""
    return (data / "PG_VERSION").exists()
