"""Measurements: what was measured of a version, in which context, how, and by whom it was published.

A measurement is a value with its unit, or a curve; in a context (host, vector, medium, temperature,
inducer, instrument, gain...); with replicates, uncertainty and censoring; by a protocol, from raw data
of which the checksum is kept, with its DOI and licence. Measurements are never overwritten: another
value of the same thing stands beside the first.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from biowright.core import InputError, Quantity, UnitError
from biowright.core.lazy import lazy_module
from biowright.core.units import find_unit

from .curves import Curve
from .database import Database, next_key
from .filters import base_value, dimension_text
from .licences import find_licence
from .parts import TIERS

if TYPE_CHECKING:
    import sqlalchemy as sa

    from . import tables as t
    from .writes import Write
else:
    sa = lazy_module("sqlalchemy")
    t = lazy_module("biowright.library.tables")

__all__ = ["CONTEXT", "Measurement", "measurements_of", "record_measurements"]

# the words of a context that the library knows; others are written as they are
CONTEXT = (
    "host", "vector", "medium", "temperature", "inducer", "instrument", "gain", "reference",
    "reporter", "growth phase", "upstream", "downstream", "condition", "plate", "library",
)  # fmt: skip
CENSORING = ("", "<", ">")
_DOI = re.compile(r"10\.\d{4,9}/\S+")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement of a version of a part.

    Parameters
    ----------
    number : int
        Of the version.
    quantity : str
        What was measured: ``termination strength``, ``translation initiation rate``.
    value : Quantity, optional
        With unit, standard deviation and n. None for a curve.
    context : mapping of str to str
        See `CONTEXT`. A value in RPU names its ``reference``.
    censoring : {"", "<", ">"}
        ``<``: the true value lies below the value, which is a limit of detection.
    replicates : tuple of float
        In the unit of the value.
    curve : Curve, optional
    protocol : str
    raw : str
        SHA-256 of the raw data, hexadecimal.
    doi, licence : str

    Raises
    ------
    InputError
        There is neither value nor curve, a relative unit has no reference, or a DOI, checksum or
        licence is none.

    Examples
    --------
    >>> strength = Measurement(1, "promoter strength", Quantity(0.8, "RPU", 0.1, 3),
    ...                        {"reference": "J23101", "host": "E. coli DH10B"})
    >>> print(strength.text)
    0.8 ± 0.1 RPU (n=3)
    """

    number: int
    quantity: str
    value: Quantity | None = None
    context: Mapping[str, str] = field(default_factory=dict)
    censoring: str = ""
    replicates: tuple[float, ...] = ()
    curve: Curve | None = None
    protocol: str = ""
    raw: str = ""
    doi: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        put = object.__setattr__
        if not self.quantity.strip():
            raise InputError("a measurement needs the name of its quantity")
        if (self.value is None) == (self.curve is None):
            raise InputError("a measurement is either a value or a curve")
        if self.censoring not in CENSORING:
            raise InputError(f"a censoring of '{self.censoring}'", expected="<, > or nothing")
        context = {str(key): str(said) for key, said in self.context.items() if str(said).strip()}
        put(self, "context", dict(sorted(context.items())))
        put(self, "replicates", tuple(float(x) for x in self.replicates))
        if self.value is not None and "reference" in context:
            # so that values against different references do not compare
            value, own = self.value, {"reference": context["reference"]}
            put(self, "value", Quantity(value.value, value.unit, value.uncertainty, value.n, own))
        units = [self.value.unit] if self.value is not None else []
        units += [self.curve.x_unit, self.curve.y_unit] if self.curve is not None else []
        if any(find_unit(unit).symbol == "RPU" for unit in units) and "reference" not in context:
            raise UnitError(
                "a value in RPU is relative to a promoter that is not named",
                hint="say which in the context: reference = J23101",
            )
        if self.doi:
            found = _DOI.search(self.doi)
            if not found:
                raise InputError(f"'{self.doi}' is no DOI", expected="such as 10.1038/nmeth.2515")
            put(self, "doi", found[0].rstrip(".,;"))
        if self.raw and not re.fullmatch(r"[0-9a-f]{64}", self.raw):
            raise InputError(f"'{self.raw[:20]}' is no SHA-256 checksum", expected="64 hex digits")
        if self.licence:
            put(self, "licence", find_licence(self.licence))

    @property
    def text(self) -> str:
        """The value, or the fit of the curve, for a reader."""
        if self.value is not None:
            return f"{self.censoring}{self.value}"
        assert self.curve is not None
        return str(self.curve)

    def document(self) -> dict[str, Any]:
        """Give it as JSON."""
        value = self.value
        return {
            "number": self.number,
            "quantity": self.quantity,
            "value": None if value is None else float(value.value),
            "unit": "" if value is None else value.unit,
            "uncertainty": None
            if value is None or value.uncertainty is None
            else float(value.uncertainty),
            "n": None if value is None else value.n,
            "censoring": self.censoring,
            "replicates": list(self.replicates),
            "curve": None if self.curve is None else self.curve.document(),
            "context": dict(self.context),
            "context_text": ", ".join(f"{key} {said}" for key, said in self.context.items()),
            "text": self.text,
            "protocol": self.protocol,
            "raw": self.raw,
            "doi": self.doi,
            "licence": self.licence,
        }


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


_COLUMNS = (
    "id", "number", "context", "quantity", "value", "unit", "base", "dimension", "uncertainty", "n",
    "censoring", "detail", "protocol", "raw", "doi", "licence", "write", "digest",
)  # fmt: skip


def record_measurements(
    database: Database, write: Write, measured: Iterable[Measurement]
) -> tuple[int, int]:
    """Write measurements; give how many are new and how many were there already.

    Their versions become of the tier ``characterised``.
    """
    connection = write.connection
    id = next_key(connection, t.measurements.c.id)
    contexts = _Contexts(connection)
    rows: dict[bytes, list[Any]] = {}
    count = 0
    for m in measured:
        count += 1
        digest = hashlib.sha256(_dumped(m.document()).encode()).digest()
        if digest in rows:
            continue
        value = m.value
        detail: dict[str, Any] = {}
        if m.replicates:
            detail["replicates"] = list(m.replicates)
        if m.curve is not None:
            detail["curve"] = m.curve.document()
        rows[digest] = [
            0,
            m.number,
            contexts.id(m.context),
            write.term("quantity", m.quantity),
            None if value is None else float(value.value),
            "" if value is None else value.unit,
            None if value is None else base_value(value),
            "" if value is None else dimension_text(value),
            None if value is None or value.uncertainty is None else float(value.uncertainty),
            None if value is None else value.n,
            m.censoring,
            _dumped(detail) if detail else None,
            write.term("protocol", m.protocol) if m.protocol else None,
            bytes.fromhex(m.raw) if m.raw else None,
            write.term("doi", m.doi) if m.doi else None,
            write.term("licence", m.licence) if m.licence else None,
            write.id,
            digest,
        ]
    known = _known(connection, list(rows))
    fresh = [row for digest, row in rows.items() if digest not in known]
    for place, row in enumerate(fresh):
        row[0] = id + place
    database.insert_many(connection, t.measurements, _COLUMNS, [tuple(row) for row in fresh])
    _characterised(database, write, {row[1] for row in fresh})
    return len(fresh), count - len(fresh)


class _Contexts:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._ids: dict[str, int] = {}

    def id(self, context: Mapping[str, str]) -> int:
        text = _dumped(dict(context))
        if text not in self._ids:
            digest = hashlib.sha256(text.encode()).digest()
            c = t.contexts.c
            found = self._connection.scalar(sa.select(c.id).where(c.digest == digest))
            if found is None:
                found = next_key(self._connection, c.id)
                self._connection.execute(
                    t.contexts.insert().values(id=found, digest=digest, text=text)
                )
            self._ids[text] = found
        return self._ids[text]


def _known(connection: sa.Connection, digests: list[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    c = t.measurements.c
    for at in range(0, len(digests), 500):
        some = digests[at : at + 500]
        found |= {
            bytes(digest)
            for digest in connection.execute(
                sa.select(c.digest).where(c.digest.in_(some))
            ).scalars()
        }
    return found


def _characterised(database: Database, write: Write, numbers: set[int]) -> None:
    v = t.versions.c
    tier = TIERS.index("characterised")
    changed: list[int] = []
    wanted = sorted(numbers)
    for at in range(0, len(wanted), 500):
        some = wanted[at : at + 500]
        found = write.connection.execute(
            sa.select(v.number).where(v.number.in_(some), v.tier != tier)
        ).scalars()
        changed += list(found)
        write.connection.execute(t.versions.update().where(v.number.in_(some)).values(tier=tier))
    id = next_key(write.connection, t.changes.c.id)
    rows = [
        (id + place, number, "tier", "characterised", write.id)
        for place, number in enumerate(changed)
    ]
    columns = ("id", "number", "field", "value", "write")
    database.insert_many(write.connection, t.changes, columns, rows)


def measurements_of(
    database: Database, numbers: Iterable[int] | None = None, quantity: str | None = None
) -> list[Measurement]:
    """Give the measurements of versions, or all, in the order in which they were written."""
    m = t.measurements.c
    statement = sa.select(t.measurements).order_by(m.id)
    if quantity is not None:
        statement = statement.where(m.quantity == (database.known_term("quantity", quantity) or 0))
    pieces: list[sa.Select[Any]] = []
    if numbers is None:
        pieces.append(statement)
    else:
        wanted = [int(number) for number in numbers]
        pieces = [
            statement.where(m.number.in_(wanted[at : at + 500]))
            for at in range(0, len(wanted), 500)
        ]
    with database.reading() as connection:
        contexts = {
            id: json.loads(text)
            for id, text in connection.execute(sa.select(t.contexts.c.id, t.contexts.c.text))
        }
        rows = [row for piece in pieces for row in connection.execute(piece).mappings()]
    return [_read(database, row, contexts) for row in rows]


def _read(
    database: Database, row: Mapping[str, Any], contexts: Mapping[int, dict[str, str]]
) -> Measurement:
    context = contexts[row["context"]]
    detail = json.loads(row["detail"]) if row["detail"] else {}
    value = None
    if row["value"] is not None:
        own = {key: said for key, said in context.items() if key == "reference"}
        value = Quantity(row["value"], row["unit"], row["uncertainty"], row["n"], own)
    return Measurement(
        row["number"],
        database.text(row["quantity"]),
        value,
        context,
        row["censoring"],
        tuple(detail.get("replicates", ())),
        Curve.of(detail["curve"]) if "curve" in detail else None,
        database.text(row["protocol"]),
        bytes(row["raw"]).hex() if row["raw"] else "",
        database.text(row["doi"]),
        database.text(row["licence"]),
    )
