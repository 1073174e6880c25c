"""`python -m maillage` is the `maillage` command."""

import sys

from maillage.config.cli import main

sys.exit(main())
