"""Tables of parts: one row a sequence, as a spreadsheet exports it, separated by commas or tabs.

The first row names the columns. A column is recognised by its name, whatever the case and the
spaces (`COLUMNS`); every other column becomes an annotation under its own name. The delimiter is
found from the first row: comma, tab, semicolon or bar. Cells stay text: ``NA`` and ``1e5`` are
names like any other. Quoting follows RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from biowright.core import (
    Attributes,
    BiowrightError,
    FormatError,
    Molecule,
    Record,
    Sequence,
    Topology,
)

from .format import Format, Loss, losses_of
from .letters import molecule_of, why_not
from .source import Source, decoded

__all__ = ["COLUMNS", "FORMATS"]

_NAMES = {
    "name": "name part part_name sequence_name seq_name gene_name oligo_name primer_name "
    "plasmid_name construct construct_name display_id displayid label title",
    "id": "id part_id identifier accession uri sequence_id seq_id",
    "sequence": "sequence seq dna dna_sequence dna_seq dnasequence nucleotide_sequence nucleotides "
    "rna rna_sequence protein protein_sequence amino_acid_sequence aa_sequence fasta_seq bases "
    "oligo_sequence primer_sequence part_sequence",
    "topology": "topology circular is_circular",
    "molecule": "molecule molecule_kind mol_type sequence_type alphabet",
    "role": "role type part_type part_role category",
    "description": "description desc definition",
}
# what a column is, and the names that it goes by; the first is the one that we write
COLUMNS = {field: tuple(names.split()) for field, names in _NAMES.items()}
_KNOWN = {
    name: (field, rank) for field, names in COLUMNS.items() for rank, name in enumerate(names)
}
_DELIMITERS = ",\t;|"
_TOPOLOGIES = {
    **dict.fromkeys(("circular", "true", "yes", "y", "1", "plasmid"), Topology.CIRCULAR),
    **dict.fromkeys(("", "linear", "false", "no", "n", "0"), Topology.LINEAR),
}
_SHOWN = 5
"""Wrong rows that are told one by one."""
_LONGEST_CELL = (1 << 31) - 1  # the most that the csv module takes everywhere


def _field(header: str) -> str:
    return re.sub(r"[\s_\-.]+", "_", header.strip().lstrip("#").strip().lower())


def _fields(headers: list[str]) -> dict[str, int]:
    """Give the column of each field that the headers name, by the best of its names."""
    best: dict[str, tuple[int, int]] = {}
    for at, header in enumerate(headers):
        if known := _KNOWN.get(_field(header)):
            field, rank = known
            best[field] = min(best.get(field, (rank, at)), (rank, at))
    return {field: at for field, (_, at) in best.items()}


def _dialect(first: str) -> tuple[str, list[str]] | None:
    """Give the delimiter and the headers of a first row, where one delimiter makes sense of it."""
    found = []
    for rank, delimiter in enumerate(_DELIMITERS):
        try:
            headers = next(csv.reader([first], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        fields = _fields(headers)
        if "sequence" in fields:
            found.append((-len(fields), -len(headers), rank, delimiter, headers))
    if not found:
        return None
    *_, delimiter, headers = min(found)
    return delimiter, headers


def _sniffed(head: bytes) -> str | None:
    """Give the delimiter, where the head is a table with names and sequences."""
    try:
        text = head.decode("utf-8", "ignore")
        rows = _first_rows(text)
    except (csv.Error, StopIteration):
        return None
    if rows is None:
        return None
    delimiter, fields, first = rows
    if "sequence" not in fields or not {"name", "id"} & set(fields):
        return None
    letters = first[fields["sequence"]].strip() if len(first) > fields["sequence"] else ""
    if not letters.isascii() or (first and molecule_of(letters.encode()) is None):
        return None
    return delimiter


def _first_rows(text: str) -> tuple[str, dict[str, int], list[str]] | None:
    lines = io.StringIO(text, newline="")
    first = _header_line(lines)
    dialect = _dialect(first)
    if dialect is None:
        return None
    delimiter, headers = dialect
    rows = csv.reader(lines, delimiter=delimiter)
    return delimiter, _fields(headers), next((row for row in rows if any(row)), [])


def _header_line(lines: io.StringIO) -> str:
    """Take the first line that is neither empty nor Excel's ``sep=``."""
    for line in lines:
        if line.strip() and not re.fullmatch(r"sep=.", line.strip(), re.IGNORECASE):
            return line
    return ""


def sniff_csv(head: bytes) -> bool:
    """Tell whether it is a table with names and sequences, not separated by tabs."""
    return _sniffed(head) not in (None, "\t")


def sniff_tsv(head: bytes) -> bool:
    """Tell whether it is a table with names and sequences, separated by tabs."""
    return _sniffed(head) == "\t"


def read(source: Source) -> Iterator[Record]:
    """Walk the rows.

    Raises
    ------
    FormatError
        No column holds sequences, a row has another number of cells, or a sequence or topology is
        none; the error names line and column.
    """
    path = source.name
    text = decoded(source.bytes(), path)
    lines = io.StringIO(text, newline="")
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    dialect = _dialect(_header_line(lines))
    skipped = text.count("\n", 0, lines.tell()) or text.count("\r", 0, lines.tell())
    if dialect is None:
        raise FormatError(
            "no column of the first row holds sequences",
            path=path,
            line=1,
            expected="a column named 'sequence', 'seq' or 'dna'",
        )
    delimiter, headers = dialect
    table = _Table(headers, path)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    line = skipped + 1
    wrong: list[BiowrightError] = []
    while True:
        try:
            row = next(rows)
        except StopIteration:
            if wrong:
                raise _together(wrong, path) from None
            return
        except csv.Error as error:
            raise FormatError(
                f"the table is broken ({error})",
                path=path,
                line=line,
                hint="a cell that begins with a quote must end with one",
            ) from None
        if any(cell.strip() for cell in row):
            try:
                record = table.record(row, line)
            except BiowrightError as error:
                wrong.append(error)
            else:
                if not wrong:
                    yield record
        line = skipped + rows.line_num + 1


def _together(wrong: list[BiowrightError], path: str) -> BiowrightError:
    """Tell all rows that are wrong, each with its line."""
    if len(wrong) == 1:
        return wrong[0]
    told = [str(error).removeprefix(f"{path}, ") for error in wrong[:_SHOWN]]
    more = [f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
    return FormatError(f"{len(wrong)} rows are wrong: {'; '.join([*told, *more])}", path=path)


class _Table:
    """The columns of a table, and how a row of it is read."""

    def __init__(self, headers: list[str], path: str) -> None:
        self.headers = [header.strip().removeprefix("#").strip() for header in headers]
        self.path = path
        self.fields = _fields(headers)
        self.role = self.fields.pop("role", None)
        taken = set(self.fields.values())
        if "name" not in self.fields and "id" in self.fields:
            self.fields["name"] = self.fields.pop("id")
        self.others = [
            ("role" if at == self.role else header, at)
            for at, header in enumerate(self.headers)
            if at not in taken
        ]
        name = _field(self.headers[self.fields["sequence"]])
        words = set(name.split("_"))
        self.molecule = (
            Molecule.PROTEIN
            if words & {"protein", "amino", "aa"}
            else Molecule.RNA
            if "rna" in words
            else Molecule.DNA
            if words & {"dna", "dnasequence", "nucleotide", "nucleotides"}
            else None
        )

    def record(self, row: list[str], line: int) -> Record:
        if len(row) != len(self.headers):
            raise FormatError(
                f"there are {len(row)} cells",
                path=self.path,
                line=line,
                expected=f"{len(self.headers)}, as in the first row",
                hint="a cell that holds the delimiter must be quoted",
            )
        name = self._cell(row, "name")
        try:
            return Record(
                self._sequence(row),
                name,
                self._cell(row, "id"),
                self._cell(row, "description"),
                annotations=Attributes((key, row[at]) for key, at in self.others if row[at]),
            )
        except BiowrightError as error:
            raise error.located(path=self.path, line=line, record=name) from None

    def _cell(self, row: list[str], field: str) -> str:
        at = self.fields.get(field)
        return "" if at is None else row[at]

    def _sequence(self, row: list[str]) -> Sequence:
        said = self._cell(row, "molecule").strip().lower()
        molecule = self.molecule
        if said:
            molecule = _molecule(said)
            if molecule is None:
                raise self._wrong("molecule", f"{said!r} is no molecule", "DNA, RNA or protein")
        topology = _TOPOLOGIES.get(self._cell(row, "topology").strip().lower())
        if topology is None:
            said = self._cell(row, "topology")
            raise self._wrong("topology", f"{said!r} is no topology", "linear or circular")
        text = self._cell(row, "sequence").strip()
        letters = text.encode("utf-8", "surrogatepass")
        if wrong := why_not(letters, molecule):
            raise self._wrong(
                "sequence", wrong[0].replace("at column", "at letter"), None, wrong[1]
            )
        molecule = molecule or molecule_of(letters) or Molecule.PROTEIN
        return Sequence.trusted(letters, molecule, topology)

    def _wrong(
        self, field: str, what: str, expected: str | None, hint: str | None = None
    ) -> FormatError:
        column = self.headers[self.fields[field]]
        return FormatError(f"column '{column}': {what}", expected=expected, hint=hint)


def _molecule(said: str) -> Molecule | None:
    for molecule in (Molecule.DNA, Molecule.RNA, Molecule.PROTEIN):
        if re.search(rf"{molecule}\b", said, re.IGNORECASE):
            return molecule
    return Molecule.PROTEIN if said in ("aa", "amino acids", "peptide") else None


def write_csv(records: Iterable[Record], output: BinaryIO) -> list[Loss]:
    """Write a table separated by commas."""
    return _write(records, output, ",")


def write_tsv(records: Iterable[Record], output: BinaryIO) -> list[Loss]:
    """Write a table separated by tabs."""
    return _write(records, output, "\t")


def _write(records: Iterable[Record], output: BinaryIO, delimiter: str) -> list[Loss]:
    held = list(records)  # the columns are known when all records are
    losses: list[Loss] = []
    width: dict[str, int] = {}  # how often a key repeats at most
    cells: list[dict[str, list[str]]] = []
    for record in held:
        values: dict[str, list[str]] = {}
        for key, value in record.annotations.pairs:
            if key != "role" and (key != key.strip() or _field(key) in _KNOWN or not key):
                losses.append(Loss(record.name, "annotations", f"'{key}' is no name for a column"))
            elif not value:
                losses.append(
                    Loss(record.name, "annotations", f"'{key}' is there and says nothing")
                )
            else:
                values.setdefault(key, []).append(value)
        for key, those in values.items():
            width[key] = max(width.get(key, 0), len(those))
        cells.append(values)
        losses += losses_of(record, ("id", "description", "topology", "annotations"), "csv")
        if record.sequence.data != record.sequence.data.strip():
            losses.append(Loss(record.name, "sequence", "blanks around it"))
    width.setdefault("role", 1)
    extra = [key for key, n in width.items() if key != "role" for _ in range(n)]
    extra = ["role"] * (width["role"] - 1) + extra
    with_id = any(record.id for record in held)
    head = ["name", *(["id"] if with_id else []), "sequence", "topology", "molecule", "role"]
    lines = [_line([*head, "description", *extra], delimiter)]
    for record, values in zip(held, cells, strict=True):
        left = {key: list(those) for key, those in values.items()}
        row = [record.name, *([record.id] if with_id else []), str(record.sequence)]
        row += [record.topology, record.molecule, _next(left, "role"), record.description]
        lines.append(_line([*row, *(_next(left, key) for key in extra)], delimiter))
    output.write("".join(lines).encode("utf-8", "surrogatepass"))
    return losses


def _line(cells: list[str], delimiter: str) -> str:
    # the csv module of Python 3.11 leaves a lone carriage return without quotes
    special = re.compile(f'[{re.escape(delimiter)}"\\r\\n]')
    quoted = ('"' + c.replace('"', '""') + '"' if special.search(c) else c for c in cells)
    return delimiter.join(quoted) + "\n"


def _next(left: dict[str, list[str]], key: str) -> str:
    values = left.get(key)
    return values.pop(0) if values else ""


FORMATS = (
    Format("csv", "CSV part table", (".csv",), sniff_csv, read, write_csv),
    Format("tsv", "TSV part table", (".tsv", ".tab"), sniff_tsv, read, write_tsv),
)
