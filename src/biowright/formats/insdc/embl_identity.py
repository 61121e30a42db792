"""The ID line of an EMBL file."""

from __future__ import annotations

import re
from typing import NamedTuple

from biowright.core import FormatError, Molecule, Record

from ..format import Loss

__all__ = ["Identity", "identity_of", "read_identity", "write_identity"]

_LENGTH = re.compile(r"([0-9]{1,15}) (BP|AA|SQ|RC)", re.I)
_ANNOTATED = re.compile(r"([0-9]{1,15}) (bp|aa|rc)")
# GenBank's divisions that EMBL names otherwise; its classes of data are no divisions there.
_DIVISIONS = {"BCT": "PRO", "UNA": "UNC"}
_CLASSES = frozenset(["CON", "PAT", "EST", "GSS", "HTC", "HTG", "WGS", "TSA", "TLS", "STS"])
_SPECIES = {("PRI", "Homo sapiens"): "HUM", ("ROD", "Mus musculus"): "MUS"}


class Identity(NamedTuple):
    """What an ID line says.

    Parameters
    ----------
    name : str
        The accession; before 2006, a name.
    length : int
    version : str
    topology : str
        ``linear`` or ``circular``; empty where the line does not say it.
    molecule_type, data_class, division : str
    unit : str
        ``BP``, ``AA``, ``SQ`` (amino acids, in patents) or ``RC``.
    """

    name: str
    length: int
    version: str = ""
    topology: str = ""
    molecule_type: str = ""
    data_class: str = ""
    division: str = ""
    unit: str = "BP"

    @property
    def molecule(self) -> Molecule:
        """The kind of molecule that unit and type mean."""
        if self.unit in ("AA", "SQ"):
            return Molecule.PROTEIN
        return Molecule.RNA if "RNA" in self.molecule_type.upper() else Molecule.DNA


def read_identity(text: str, line: int = 1) -> Identity:
    """Read an ID line: of today, of before 2006, or of a patent's protein.

    Raises
    ------
    FormatError
        It is none of these.

    Examples
    --------
    >>> read_identity("ID   X56734; SV 1; linear; mRNA; STD; PLN; 1859 BP.")
    Identity(name='X56734', length=1859, version='1', topology='linear', ...)
    >>> read_identity("ID   SC10H5     standard; circular DNA; PRO; 4870 BP.").topology
    'circular'
    """
    parts = [part.strip() for part in text[2:].strip().removesuffix(".").split(";")]
    match = _LENGTH.fullmatch(parts[-1])
    if match is None or len(parts) not in (4, 7):
        raise FormatError(
            "the ID line is not one of EMBL",
            line=line,
            expected="ID   X56734; SV 1; linear; mRNA; STD; PLN; 1859 BP.",
        )
    length, unit = int(match[1]), match[2].upper()
    if len(parts) == 7:
        name, version, topology, kind, data_class, division, _ = parts
        version = version[3:].strip() if version.startswith("SV ") else ""
        return Identity(
            name, length, version, _topology(topology), kind, data_class, division, unit
        )
    name, kind, division, _ = parts
    words = name.split()
    data_class = words.pop() if len(words) > 1 else ""
    form = kind.split()
    topology = _topology(form[0]) if form else ""
    kind = " ".join(form[1:] if topology else form)
    return Identity(" ".join(words), length, "", topology, kind, data_class, division, unit)


def _topology(text: str) -> str:
    return text.lower() if text.lower() in ("linear", "circular") else ""


def write_identity(identity: Identity) -> str:
    """Write an ID line in today's form.

    Examples
    --------
    >>> write_identity(Identity("X56734", 1859, "1", "linear", "mRNA", "STD", "PLN"))
    'ID   X56734; SV 1; linear; mRNA; STD; PLN; 1859 BP.'
    """
    version = f"SV {identity.version}" if identity.version else ""
    return (
        f"ID   {identity.name}; {version}; {identity.topology}; {identity.molecule_type}; "
        f"{identity.data_class}; {identity.division}; {identity.length} {identity.unit}."
    )


def identity_of(record: Record, old: Identity | None) -> tuple[Identity, list[Loss]]:
    """Give the ID line of a record, and what of the record it cannot say.

    Parameters
    ----------
    record : Record
    old : Identity, optional
        The line that the record was read from.
    """
    said = record.annotations.first
    length, unit = len(record), "AA" if record.molecule is Molecule.PROTEIN else "BP"
    if old is not None and old.unit == "SQ" and unit == "AA":
        unit = "SQ"
    if not length and (match := _ANNOTATED.fullmatch(said("length", ""))):
        length, unit = int(match[1]), match[2].upper()
    elif not length:
        # of a record without letters, nothing but its features may tell how long it is
        length = max((feature.location.end for feature in record.features), default=0)
    kind, division = said("molecule_type", ""), said("division", "")
    data_class = said("data_class") or ("STD" if old is None else old.data_class)
    if old is None:
        if division in _CLASSES and "data_class" not in record.annotations:
            data_class = division
        division = _SPECIES.get((division, said("organism", "")), division)
        division = _DIVISIONS.get(division, division)
        kind = kind or str(record.molecule).upper()
    elif not kind and old.molecule is Molecule.PROTEIN:
        kind = old.molecule_type
    if old is not None and old.division == "XXX" and not division:
        division = "XXX"  # a template, to be filled in
    silent = old is not None and not old.topology and not record.circular
    usual = "PROTEIN" if unit == "AA" else "" if unit == "SQ" else str(record.molecule)
    identity = Identity("", length, "", "" if silent else str(record.topology), usual, unit=unit)
    losses = []
    for field, value in (
        ("molecule_type", kind),
        ("name", record.name),
        ("version", _version(record)),
        ("data_class", data_class),
        ("division", division),
    ):
        identity = _with(identity, field, value)
        if value and getattr(identity, field) != value:
            written = getattr(identity, field)
            detail = f"the {field.replace('_', ' ')} '{value}'"
            detail += f" is written as '{written}'" if written else ""
            losses.append(Loss(record.name, "name" if field == "name" else "annotations", detail))
    return identity, losses


def _version(record: Record) -> str:
    base = record.annotations.first("accession") or record.name
    return record.id[len(base) + 1 :] if base and record.id.startswith(f"{base}.") else ""


def _with(identity: Identity, field: str, value: str) -> Identity:
    """Put a value into an ID line as far as it can be read back from there."""
    plain = "".join(c if c.isprintable() and c not in " ;" else "_" for c in value)
    for text in (value, plain):
        tried: Identity = identity._replace(**{field: text})  # type: ignore[arg-type]
        if not text.isprintable():
            continue
        try:
            if read_identity(write_identity(tried)) == tried and (
                tried.molecule is identity.molecule
            ):
                return tried
        except FormatError:
            continue
    return identity
