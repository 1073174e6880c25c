"""Which code made a figure: versions, and a fingerprint of the files that compute it."""

import hashlib
from functools import cache
from importlib import metadata, util
from pathlib import Path

from maillage.steering.margins.measured import PARAMETERS
from maillage_parameters.loader import ROOT

HERE = Path(__file__).resolve().parent
OURS = (
    "compute.py", "diagnosis.py", "inputs.py", "maps.py", "margins/compute.py",
    "margins/measured.py", "opening_hours.py", "question.py",
    "scenarios/choosing.py", "scenarios/compute.py", "scenarios/ground.py", "scenarios/inputs.py",
    "scenarios/parting.py", "scenarios/plan.py", "scenarios/result.py", "scenarios/staffing.py",
    "scenarios/rounds_compute.py", "scenarios/rounds_question.py", "../pooling/compute.py",
    "../core/shares.py",
)  # fmt: skip


@cache
def code_version() -> str:
    """For instance ``maillage 0.1.0, engine 0.1.0, code 3fa9c2d1``; the same on every machine."""
    versions = f"maillage {_version('maillage')}, engine {_version('maillage-engine')}"
    return f"{versions}, code {_fingerprint()}"


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "from sources"


def _fingerprint() -> str:
    files = [HERE / name for name in OURS]
    found = util.find_spec("maillage_engine")
    for folder in (found.submodule_search_locations if found else None) or ():
        files += sorted(Path(folder).glob("*.py"))
    digest = hashlib.sha256()
    files += [ROOT / f"{name.replace('.', '/')}.yaml" for name in PARAMETERS.values()]
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:8]
