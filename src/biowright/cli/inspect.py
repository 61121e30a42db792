"""`biowright inspect`: what is in sequence files."""

from __future__ import annotations

import sys
from typing import Any

from biowright.core import BiowrightError, InputError, Record, SequenceError
from biowright.formats import open_records

from .arguments import Encoding, From, Json, given
from .output import print_json, print_table, printable

__all__ = ["inspect"]


def inspect(*files: str, from_: From = None, encoding: Encoding = None, json: Json = False) -> int:
    """Say what is in sequence files: records, lengths, topology, checksums, features.

    Parameters
    ----------
    files
        Files in any format that is read; `-` is the standard input.
    """
    if not files:
        raise InputError("no file is named", hint="biowright inspect FILE...")
    answers: list[dict[str, Any]] = []
    failed = False
    for file in files:
        try:
            with open_records(given(file), format=from_, encoding=encoding) as opened:
                records = [describe(record) for record in opened.records]
            answers.append({"path": file, "format": opened.format.name, "records": records})
        except BiowrightError as error:
            failed = True
            sys.stderr.write(f"biowright: {error}\n")
    if json:
        if answers:
            print_json({"files": answers})
    else:
        for answer in answers:
            sys.stdout.write(f"{printable(answer['path'])}: {answer['format']}\n")
            if answer["records"]:
                head = list(answer["records"][0])
                print_table(head, [list(record.values()) for record in answer["records"]])
            else:
                sys.stdout.write("no records\n")
    return InputError.exit_code if failed else 0


def describe(record: Record) -> dict[str, Any]:
    """Give the facts on a record that `inspect` shows.

    What has no letters, or letters that SEGUID does not know, has no checksum.
    """
    try:
        seguid: str | None = record.seguid
    except SequenceError:
        seguid = None
    return {
        "name": record.name,
        "length": len(record),
        "topology": str(record.topology),
        "molecule": str(record.molecule),
        "seguid": seguid,
        "features": len(record.features),
    }
