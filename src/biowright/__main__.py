"""`python -m biowright` is `biowright`."""

import sys

from biowright.cli import main

sys.exit(main())
