"""`python -m maillage` is the `maillage` command."""

import sys

from maillage.config.cli import main

if __name__ == "__main__":
    sys.exit(main())
