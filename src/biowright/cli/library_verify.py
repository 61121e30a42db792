"""`biowright library verify`: whether all is as it was written."""

from __future__ import annotations

import sys
from dataclasses import asdict

from biowright.library import Library
from biowright.library.verifying import verify as verify_library

from .arguments import Json
from .output import note, print_json

__all__ = ["verify"]

_SHOWN = 10


def verify(folder: str, /, *, json: Json = False) -> int:
    """Compare a library with its checksums, and make anew what is derived from others.

    Indexes that are damaged are mended. Letters that are not those of their checksum any more are
    told: they must come from a backup. The answer is no then.

    Parameters
    ----------
    folder
        The library.
    """
    with Library.open(folder) as library:
        verdict = verify_library(library)
        shown = library.describe(verdict.altered[:_SHOWN])
    if json:
        print_json(asdict(verdict))
    else:
        for what in verdict.mended:
            note(f"{what}: damaged, and made again")
        for version in shown:
            note(f"{version.part}.{version.version} ({version.name}): its letters have changed")
        if more := len(verdict.altered) - len(shown):
            note(f"... and {more:,} more; all with: biowright library verify --json")
        state = "is not as it was written" if verdict.altered else "is well"
        sys.stdout.write(f"{folder} {state}; letters of {verdict.compared:,} versions compared\n")
    return 1 if verdict.altered else 0
