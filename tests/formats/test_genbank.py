"""GenBank files: round trips, dialects, and what is refused."""

from __future__ import annotations

import io
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biowright.core import (
    Attributes,
    BiowrightError,
    Feature,
    FormatError,
    Location,
    Molecule,
    Record,
    Reference,
    Sequence,
    Span,
)
from biowright.formats import Loss, genbank, open_source

from .strategies_record import features, lines, references, sequences, words
