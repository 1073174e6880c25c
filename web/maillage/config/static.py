"""Static files: named by their content, so that browsers keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A missing source map is not an error: none is shipped to browsers."""

    manifest_strict = False
    support_js_module_import_aggregation = False
    patterns = (
        ("*.css", (r"""(?P<matched>url\((?P<quote>['"]{0,1})(?P<url>.*?)(?P=quote)\))""",)),
    )
