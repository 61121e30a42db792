"""What is derived is mended from what it is derived from; what is not is told."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from biowright.cli import main
from biowright.core import InputError, Record, Sequence
from biowright.library import Filters, Library, columns, search
from biowright.library.index import segment
from biowright.library.spelling import spelled_index
from biowright.library.text import index as text_index
from biowright.library.verifying import verify

PAGE = 8192


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library with every kind of index written."""
    monkeypatch.setattr(text_index, "TAIL", 2)
    monkeypatch.setattr(columns, "BATCH", 16)
    rng = random.Random(6)
    records = [
        Record(
            Sequence(
                "".join(rng.choices("ACGT", k=60)), topology="circular" if n % 3 else "linear"
            ),
            f"part{n}",
        )
        for n in range(600)
    ]
    records += [
        Record(Sequence("MKVLATTRGWYQ", molecule="protein"), "leader"),
        Record(Sequence("ACGUACGUN", molecule="RNA"), "rna"),
        Record(Sequence("acgtnnryACGT"), "odd"),
    ]
    with Library.create(tmp_path / "parts") as library:
        library.add(records)
        ask(library, records[100])
    with sqlite3.connect(tmp_path / "parts" / "library.db") as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return tmp_path / "parts"


def ask(library: Library, record: Record) -> None:
    """Every kind of question has its answer."""
    library.index.update()
    spelled_index(library).update()
    letters = str(record.sequence)
    queries = {
        "exact": letters[20:] + letters[:20],
        "contains": letters[10:40],
        "similar": letters,
        "text": record.name,
        "protein": "MKVLATTRGWYQ",
    }
    for kind, query in queries.items():
        found = [hit.name for hit in search(library, kind, [("q", query)], evalue=10)]  # type: ignore[arg-type]
        assert ("leader" if kind == "protein" else record.name) in found, kind
    chosen = library.select(Filters(min_length=60, circular=True))
    assert len(chosen) == sum(n % 3 > 0 for n in range(600))


def harm_page(path: Path, name: str, *, zero: bool) -> None:
    """Spoil the first page of a table or an index of the database."""
    with sqlite3.connect(path) as base:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (root,) = base.execute(query, (name,)).fetchone()
    data = bytearray(path.read_bytes())
    at = (root - 1) * PAGE
    if zero:
        data[at : at + PAGE] = bytes(PAGE)
    else:
        for place in range(at + 100, at + PAGE, 7):
            data[place] ^= 0x55
    path.write_bytes(data)


def test_a_library_that_is_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["library", "verify", str(folder)]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out == f"{folder} is well; letters of 600 versions compared\n"


@pytest.mark.parametrize("name", ["circle", "seguid", "name"])
@pytest.mark.parametrize("zero", [True, False])
def test_indexes_of_the_database_are_made_again(folder: Path, name: str, zero: bool) -> None:
    with Library.open(folder) as library:
        wanted = library.record(101)
    harm_page(folder / "library.db", f"library_versions_{name}", zero=zero)
    with Library.open(folder) as library:
        if zero and name == "circle":
            with pytest.raises(InputError, match="database is damaged") as caught:
                library.find_exact(wanted.sequence)
            assert "biowright library verify" in str(caught.value.hint)
        if zero and name == "name":
            with pytest.raises(InputError, match="database is damaged"):
                library.add([Record(Sequence("ACGT"), "part7")])
    with Library.open(folder) as library:
        assert verify(library).mended == ("indexes of the database",)
    with Library.open(folder) as library:
        ask(library, wanted)
        assert library.find_exact(wanted.sequence)[0].number == 101
        library.add([Record(Sequence("ACGT"), "part7")])
        assert [version.version for version in library.versions(8)] == [1, 2]
        assert verify(library).mended == ()


@pytest.mark.parametrize("section", [*segment.DTYPES, "columns", "text", "proteins"])
def test_every_file_beside_the_database_is_made_again(
    folder: Path, section: str, recwarn: pytest.WarningsRecorder
) -> None:
    if section == "columns":
        file = folder / "columns.npz"
        at = file.read_bytes().index(b"length.npy") + 200
    elif section == "text":
        [file] = (folder / "text").glob("*.text")
        at = 200
    else:
        where = folder / "index" / ("proteins" if section == "proteins" else "")
        [file] = where.glob("*.segment")
        at = place_of("words" if section == "proteins" else section, file)
        if at < 0:
            pytest.skip("the section is empty")
    data = bytearray(file.read_bytes())
    data[at] ^= 4
    file.write_bytes(data)
    with Library.open(folder) as library:
        assert len(verify(library).mended) == 1
    with Library.open(folder) as library:
        ask(library, library.record(101))
        assert verify(library).mended == ()
    assert all("made anew" in str(warning.message) for warning in recwarn)


def place_of(section: str, file: Path) -> int:
    """Give where an array of a segment file lies; -1 where it is empty."""
    import json

    head = file.read_bytes()[:4096]
    text = head[len(segment.MAGIC) + 18 :]
    header, _ = json.JSONDecoder().raw_decode(text.rstrip(b"\0").decode())
    offset, count, _ = header["sections"][section]
    return offset if count else -1


def test_letters_that_have_changed_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(folder / "library.db") as base:
        ((payload,),) = base.execute("SELECT payload FROM library_blocks")
        data = bytearray(payload)
        data[12 + 5 * 603 + 15 * 40 + 3] ^= 16  # in the 41st part
        base.execute("UPDATE library_blocks SET payload = ?", (bytes(data),))
    assert main(["library", "verify", str(folder)]) == 1
    told = capsys.readouterr()
    assert "P41.1 (part40): its letters have changed" in told.err
    assert "is not as it was written" in told.out


def test_tables_that_are_damaged_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    harm_page(folder / "library.db", "library_versions", zero=True)
    assert main(["library", "verify", str(folder)]) == 2
    assert "the tables of the database are damaged" in capsys.readouterr().err
