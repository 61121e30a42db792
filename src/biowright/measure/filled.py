"""Measurement files of any kind: instrument files, workbooks and tables, matched to the plate map."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from biowright.core import FormatError, InputError, suggest

from .instruments import INSTRUMENTS, Read, Sheet, read_sheets, recognise
from .instruments.sheets import decode
from .plates import SHAPES, Well, parse_well
from .tables import Reading, match_rows, read_measurements

__all__ = ["read_filled"]


def read_filled(
    data: bytes,
    layout: Sequence[Well],
    quantities: Mapping[str, str],
    *,
    wells: int = 96,
    path: str = "measurements",
    read: str | None = None,
) -> list[Reading]:
    r"""Read a measurement file of any kind and match it to the plate map.

    Parameters
    ----------
    data : bytes
        A filled table or plate grid (CSV, or a workbook), or what a plate reader wrote: Gen5, SoftMax
        Pro, MARS, SMART Control, EnVision, Kaleido, Magellan, SkanIt.
    layout : sequence of Well
        What stands where.
    quantities : mapping of str to str
        The quantities that are wanted, with their units.
    wells : int
        Of a plate.
    path : str
        For messages.
    read : str, optional
        The label of the instrument's reading to take, or the name of the workbook's sheet, where the
        file holds several.

    Returns
    -------
    list of Reading
        In the order of the layout; every well of the layout occurs for every quantity.

    Raises
    ------
    FormatError, InputError, UnitError
        As of `read_measurements`; or the file holds no endpoint read, or several and none is named.

    Examples
    --------
    >>> layout = [Well(1, 0, 0, "x"), Well(1, 0, 1, "y")]
    >>> [r.value for r in read_filled(b"well,OD600\nA1,0.5\nA2,0.7\n", layout, {"OD600": ""})]
    [0.5, 0.7]
    """
    sheets = read_sheets(data, path)
    instrument = recognise(sheets)
    if instrument is not None:
        reads = instrument.read(sheets, path)
        return _match(reads, instrument.name, layout, quantities, wells, path, read)
    if not sheets or not sheets[0].name:
        if read is not None:
            raise FormatError(
                f"the file holds one table, no reading '{read}'",
                path=path,
                expected=f"a file of {', '.join(kind.name for kind in INSTRUMENTS)}",
            )
        return read_measurements(decode(data), layout, quantities, wells=wells, path=path)
    text = _write(_sheet(sheets, read, path))
    return read_measurements(text, layout, quantities, wells=wells, path=path)


def _sheet(sheets: Sequence[Sheet], name: str | None, path: str) -> Sheet:
    """Choose the sheet of a workbook that is the table."""
    names = [sheet.name for sheet in sheets]
    if name is not None:
        if name not in names:
            raise FormatError(
                f"the workbook has no sheet '{name}'",
                path=path,
                hint=suggest(name, names) or f"it has: {', '.join(names)}",
            )
        return sheets[names.index(name)]
    if len(sheets) > 1:
        raise FormatError(
            f"the workbook has {len(sheets)} sheets",
            path=path,
            hint=f"name one of them with --read: {', '.join(names)}",
        )
    return sheets[0]


def _write(sheet: Sheet) -> str:
    """Write a sheet as text, each row on its own line."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    width = max((k for _, row in sheet.rows for k, cell in enumerate(row, 1) if cell), default=0)
    for _, row in sheet.rows:
        writer.writerow(" ".join(cell.split()) for cell in row[:width])
    return out.getvalue()


def _match(
    reads: Sequence[Read],
    name: str,
    layout: Sequence[Well],
    quantities: Mapping[str, str],
    wells: int,
    path: str,
    wanted: str | None,
) -> list[Reading]:
    """Bring an instrument's reads to the rows of a table, and match that."""
    plates = sorted({well.plate for well in layout})
    columns = {q: _choose(reads, name, q, quantities, path, wanted) for q in quantities}
    rows: list[tuple[int, list[str]]] = []
    for k, plate in enumerate(plates):
        parts = []
        for quantity, found in columns.items():
            if len(found) != len(plates):
                raise FormatError(
                    f"{name} wrote {len(found)} plates of '{found[0].label}', the plate map has "
                    f"{len(plates)}",
                    path=path,
                    hint=f"give '{quantity}' of all plates in one file, in the order of the plate map",
                )
            parts.append(found[k].values)
        for well, (line, _) in parts[0].items():
            try:
                parse_well(well, wells)
            except InputError:
                raise FormatError(
                    f"{name} read a plate of {_size(parts[0])} wells, the plate map has {wells}",
                    path=path,
                    line=line,
                ) from None
            rows.append((line, [str(plate), well, *(p.get(well, (0, ""))[1] for p in parts)]))
    head = ["plate", "well", *quantities]
    return match_rows(
        rows, head, rows[0][0], layout, quantities, wells=wells, path=path, whole=True
    )


def _size(names: Iterable[str]) -> int:
    """Give the wells of the smallest plate that has all of some wells."""
    places = [parse_well(name, 1536) for name in names]
    row, column = (max(place[k] for place in places) for k in (0, 1))
    return next(n for n, (rows, columns) in SHAPES.items() if row < rows and column < columns)


def _choose(
    reads: Sequence[Read],
    name: str,
    quantity: str,
    quantities: Mapping[str, str],
    path: str,
    wanted: str | None,
) -> list[Read]:
    """Choose the reads of a quantity: the one named, the only one, or the one labelled so."""
    labels = list(dict.fromkeys(read.label for read in reads))
    if wanted is not None and len(quantities) > 1:
        raise FormatError(
            f"one reading cannot be {' and '.join(quantities)}",
            path=path,
            hint="make a table with a column 'well' and one column a quantity",
        )
    if wanted is not None:
        fitting = [label for label in labels if label.casefold() == wanted.casefold()]
    elif len(labels) == 1 and len(quantities) == 1:
        fitting = labels
    else:
        fitting = [label for label in labels if label.casefold() == quantity.casefold()]
        fitting = fitting or [label for label in labels if quantity.casefold() in label.casefold()]
    if len(fitting) != 1:
        asked = wanted if wanted is not None else quantity
        raise FormatError(
            f"{name} wrote {len(labels)} readings, and it is not clear which is '{asked}'",
            path=path,
            expected="one of: " + "; ".join(f"'{label}'" for label in labels),
            hint="name the reading with --read",
        )
    return [read for read in reads if read.label == fitting[0]]
