"""Names that every vendor's form takes: plain ASCII, short, and still one a thing."""

from __future__ import annotations

import hashlib
import re

__all__ = ["plain_name"]

LONGEST = 60  # the shortest limit of the large vendors' bulk forms is above it
_STRANGE = re.compile(r"[^A-Za-z0-9_.-]+")


def plain_name(name: str) -> str:
    """Give a name of letters, digits, ``_``, ``.`` and ``-`` that begins with a letter or digit.

    A name that has to be changed ends with six digits of its checksum, so that two names stay two.

    Examples
    --------
    >>> plain_name("protein_FWAA"), plain_name("=cmd()")
    ('protein_FWAA', 'cmd-110f07')
    """
    plain = _STRANGE.sub("_", name).strip("_.-")
    if plain == name and len(name) <= LONGEST:
        return name
    digits = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{plain[: LONGEST - 7] or 'x'}-{digits}"
