"""`python -m biowright.cli` is `biowright`."""

import sys

from . import main

sys.exit(main())
