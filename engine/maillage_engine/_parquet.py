"""Parquet where pyarrow is installed (the extra `parquet`), and what to say where it is not."""

from typing import Any

MISSING = "Parquet needs pyarrow: install maillage-engine[parquet]."

try:
    import pyarrow as arrow
    from pyarrow import parquet

    pyarrow: Any = arrow
    files: Any = parquet
    ERRORS: tuple[type[Exception], ...] = (arrow.ArrowInvalid,)
except ImportError:
    pyarrow = files = None
    ERRORS = ()
