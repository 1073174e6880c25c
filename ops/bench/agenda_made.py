"""A database of invented practitioners to search and book: part of the benches of the agenda.

One service of Haute-Saône, in its forty largest communes and at a distance; each practitioner
receives two days a week, one in a town, one by phone or video, for twelve weeks. Twice is harmless:
what is there is left.
"""

import os
import subprocess
import sys
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

HERE = Path(__file__).resolve()
MAILLAGE = str(Path(sys.executable).with_name("maillage"))
SERVICE = uuid5(NAMESPACE_URL, "maillage/bench/service")


def environment(database: str) -> dict[str, str]:
    """Where this database is, for a process of its own."""
    settings = {"DJANGO_SETTINGS_MODULE": "maillage.config.settings"}
    return os.environ | settings | {"MAILLAGE_DB": database}


def fill(database: str, practitioners: int) -> None:
    """Make the database what this bench needs, in processes of their own."""
    place = environment(database)
    for order in (["migrate", "--verbosity=0"], ["load_territory", "70"]):
        subprocess.run([MAILLAGE, *order], env=place, check=True, stdout=subprocess.DEVNULL)
    script = [sys.executable, str(HERE.with_name("agenda_rows.py")), str(practitioners)]
    subprocess.run(script, env=place, check=True)
    owner = place | {"MAILLAGE_ROLE": "owner"}
    analyse = [MAILLAGE, "dbshell", "--", "-qc", "vacuum analyze"]
    subprocess.run(analyse, env=owner, check=True, stderr=subprocess.DEVNULL)
