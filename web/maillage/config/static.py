"""Static files: where packages keep theirs, and names made of their content."""

from importlib.util import find_spec
from pathlib import Path

from whitenoise.storage import CompressedManifestStaticFilesStorage


def folder_of(package: str) -> Path:
    """Find the folder of a package that holds files only, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"The package that holds {package} is not installed.")
    return Path(next(iter(spec.submodule_search_locations)))


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Browsers keep files for ever. A missing source map is no error: none is shipped to them."""

    manifest_strict = False
    support_js_module_import_aggregation = False
    patterns = (
        ("*.css", (r"""(?P<matched>url\((?P<quote>['"]{0,1})(?P<url>.*?)(?P=quote)\))""",)),
    )
