"""The LOCUS line of a GenBank file."""

from __future__ import annotations

import re
from typing import NamedTuple

from biowright.core import FormatError, Molecule, Record

from ..format import Loss

__all__ = ["Locus", "in_columns", "locus_of", "read_locus", "write_locus"]

# The name may hold blanks, even 'File 1234 bp', so the last length with a unit is the one.
_LOCUS = re.compile(
    r"LOCUS[ \t]+(?:(.*\S)[ \t]+)?([0-9]{1,15})[ \t]+(bp|aa|rc)(?:[ \t]+(.*))?", re.I
)
_LENGTH = re.compile(r"([0-9]{1,15}) (bp|aa|rc)")
# EMBL's divisions that GenBank names otherwise.
_DIVISIONS = {
    "PRO": "BCT",
    "FUN": "PLN",
    "HUM": "PRI",
    "MUS": "ROD",
    "TGN": "SYN",
    "UNC": "UNA",
}
_NUCLEIC = re.compile(r"[DR]NA", re.I)
_DATE = re.compile(r"\S*[-/]\S*[-/]\S*")


class Locus(NamedTuple):
    """What a LOCUS line says.

    Parameters
    ----------
    name : str
    length : int
    unit : str
        ``bp``, ``aa`` or, for projects, ``rc`` (records).
    molecule_type : str
        ``DNA``, ``ds-DNA``, ``mRNA``...; empty for proteins.
    topology : str
        ``linear`` or ``circular``; empty where the line does not say it.
    division, date : str
    """

    name: str
    length: int
    unit: str = "bp"
    molecule_type: str = ""
    topology: str = ""
    division: str = ""
    date: str = ""

    @property
    def molecule(self) -> Molecule:
        """The kind of molecule that unit and type mean."""
        if self.unit == "aa":
            return Molecule.PROTEIN
        return Molecule.RNA if "RNA" in self.molecule_type.upper() else Molecule.DNA


def read_locus(text: str, line: int = 1) -> Locus:
    """Read a LOCUS line by its words, whatever their columns.

    Raises
    ------
    FormatError
        It has no length.

    Examples
    --------
    >>> read_locus("LOCUS       Exported File           2332 bp ds-DNA    circular SYN 12-MAR-2014")
    Locus(name='Exported File', length=2332, unit='bp', molecule_type='ds-DNA', ...)
    """
    match = _LOCUS.fullmatch(text.strip(" \t"))
    if match is None:
        raise FormatError(
            "the LOCUS line has no length",
            line=line,
            expected="a name, then a length such as 120 bp",
        )
    name, length, unit, rest = match.groups()
    words = (rest or "").split()
    topology = ""
    kind: list[str] = []
    for index, word in enumerate(words):
        if word.lower() in ("linear", "circular"):
            topology = word.lower()
            kind, words = words[:index], words[index + 1 :]
            break
    else:
        if words and _NUCLEIC.search(words[0]):
            kind, words = words[:1], words[1:]
    date = words.pop() if words and _DATE.fullmatch(words[-1]) else ""
    name = "" if name is None or name == "." else name
    return Locus(name, int(length), unit.lower(), " ".join(kind), topology, " ".join(words), date)


def write_locus(locus: Locus) -> str:
    """Write a LOCUS line in the columns of GenBank release 127 and later; long names move the rest.

    Examples
    --------
    >>> print(write_locus(Locus("pUC19", 2686, "bp", "DNA", "circular", "SYN", "22-OCT-2019")))
    LOCUS       pUC19                   2686 bp    DNA     circular SYN 22-OCT-2019
    """
    name = locus.name or "."
    room = max(len(name) + 1, 28 - len(str(locus.length)))
    kind = locus.molecule_type
    strands, kind = (kind[:3], kind[3:]) if kind[2:3] == "-" else ("   ", kind)
    return (
        f"LOCUS       {name:<{room}}{locus.length} {locus.unit} {strands}{kind:<6}  "
        f"{locus.topology:<8} {locus.division:<3} {locus.date:>11}"
    )
    # readers that go by columns, Biopython among them, want the columns of a missing date as well


def in_columns(text: str) -> bool:
    """Tell whether a LOCUS line keeps the columns of the layout that its unit stands in.

    There are two, that of release 127 and later and the one before; readers that go by columns fail
    on a line that begins in one and leaves it. A line in neither is read by its words everywhere.

    Examples
    --------
    >>> in_columns("LOCUS       puc19.gbk               2686 bp    DNA     circular  22-OCT-2019")
    False
    """
    row = text.ljust(80)
    topologies = ("", "linear", "circular")
    if row[40:44] in (" bp ", " aa ", " rc "):
        date = row[68:79]
        fits = row[54] + row[63] + row[67] == "   " and row[55:63].strip() in topologies
    elif row[29:33] in (" bp ", " aa ", " rc "):
        date = row[62:73]
        fits = row[41] + row[51] + row[55:62] == " " * 9 and row[42:51].strip() in topologies
    else:
        return True
    reach = 68 if row[40:44] in (" bp ", " aa ", " rc ") else 62
    return fits and len(text) >= reach and (not date.strip() or date[2] + date[6] == "--")


def locus_of(record: Record, old: Locus | None) -> tuple[Locus, list[Loss]]:
    """Give the LOCUS line of a record, and what of the record it cannot say.

    Parameters
    ----------
    record : Record
    old : Locus, optional
        The line that the record was read from: where it did not say the topology of a linear
        record, the new one does not either.
    """
    said = record.annotations.first
    length, unit = len(record), "aa" if record.molecule is Molecule.PROTEIN else "bp"
    if not length and (match := _LENGTH.fullmatch(said("length", ""))):
        length, unit = int(match[1]), match[2]
    elif not length:
        # of a record without letters, nothing but its features may tell how long it is
        length = max((feature.location.end for feature in record.features), default=0)
    kind, division = said("molecule_type", ""), said("division", "")
    if unit == "aa":
        usual, kind = "", "" if kind.lower() in ("protein", "aa") else kind
    else:
        usual = str(record.molecule)
    if old is None:
        division, kind = _DIVISIONS.get(division, division), kind or usual
    silent = old is not None and not old.topology and not record.circular
    locus = Locus("", length, unit, usual, "" if silent else str(record.topology))
    losses = []
    for field, value in (
        ("molecule_type", kind),
        ("name", record.name),
        ("division", division),
        ("date", said("date", "")),
    ):
        locus = _with(locus, field, value)
        written = getattr(locus, field)
        if value and written != value:
            detail = f"the {field.replace('_', ' ')} '{value}'"
            detail += f" is written as '{written}'" if written else ""
            losses.append(Loss(record.name, "name" if field == "name" else "annotations", detail))
    return locus, losses


def _with(locus: Locus, field: str, value: str) -> Locus:
    """Put a value into a LOCUS line as far as it can be read back from there."""
    plain = "".join(c if c.isprintable() and c not in " " else "_" for c in value)
    for text in (value, plain):
        tried: Locus = locus._replace(**{field: text})  # type: ignore[arg-type]
        if not text.isprintable():
            continue
        try:
            if read_locus(write_locus(tried)) == tried and tried.molecule is locus.molecule:
                return tried
        except FormatError:
            continue
    return locus
