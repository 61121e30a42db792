"""Reading and writing whole files, and outputs that appear whole or not at all."""

from __future__ import annotations

import gzip
import io
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from biowright.core import ConflictError, FormatError, InputError, Record, Sequence
from biowright.formats import Document, read, stream, write

RECORDS = [Record(Sequence("ATGC"), "one"), Record(Sequence("GGCC"), "two")]


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_read(tmp_path: Path) -> None:
    for name in ("x.fasta", "x.fa.gz", "x.fa.bgz", "x.csv"):
        assert write(RECORDS, tmp_path / name) == []
        back = read(tmp_path / name)
        assert isinstance(back, Document)
        assert back == RECORDS
    assert read(tmp_path / "x.fa.gz").format == "fasta"
    assert list(stream(tmp_path / "x.fasta")) == RECORDS


def test_streams_in_both_directions() -> None:
    out = io.BytesIO()
    assert write(RECORDS[0], out, format="fasta") == []
    assert read(io.BytesIO(out.getvalue())) == RECORDS[:1]
    with pytest.raises(InputError, match="name the format"):
        write(RECORDS, io.BytesIO())


def test_gzip_output_is_the_same_each_time(tmp_path: Path) -> None:
    write(RECORDS, tmp_path / "a.fa.gz")
    write(RECORDS, tmp_path / "b.fa.gz")
    assert (tmp_path / "a.fa.gz").read_bytes() == (tmp_path / "b.fa.gz").read_bytes()


def test_a_file_is_not_replaced_unless_forced_and_nothing_is_read_before(tmp_path: Path) -> None:
    path = tmp_path / "x.fa"
    path.write_text("precious")

    def records() -> Iterator[Record]:
        pytest.fail("a record was taken")
        yield

    with pytest.raises(ConflictError, match="--force"):
        write(records(), path)
    assert path.read_text() == "precious"
    write(RECORDS, path, force=True)
    assert read(path) == RECORDS
    assert left_over(tmp_path) == ["x.fa"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("name", ["x.fa", "x.fa.gz", "x.fa.bgz"])
def test_no_half_file_is_left(tmp_path: Path, error: type[BaseException], name: str) -> None:
    def records() -> Iterator[Record]:
        yield RECORDS[0]
        raise error

    with pytest.raises(error):
        write(records(), tmp_path / name)
    assert left_over(tmp_path) == []
    (tmp_path / name).write_text("old")
    with pytest.raises(error):
        write(records(), tmp_path / name, force=True)
    assert (tmp_path / name).read_text() == "old"
    assert left_over(tmp_path) == [name]


def test_a_file_that_comes_up_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x.fa"

    def records() -> Iterator[Record]:
        path.write_text("theirs")
        yield RECORDS[0]

    with pytest.raises(ConflictError):
        write(records(), path)
    assert path.read_text() == "theirs"
    assert left_over(tmp_path) == ["x.fa"]


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    write(RECORDS, tmp_path / "x.fa")
    assert left_over(tmp_path) == ["x.fa"]


def test_permissions_are_those_of_any_new_file_or_of_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write(RECORDS, tmp_path / "x.fa")
    mode = stat.S_IMODE((tmp_path / "plain").stat().st_mode)
    assert stat.S_IMODE((tmp_path / "x.fa").stat().st_mode) == mode
    (tmp_path / "x.fa").chmod(0o640)
    write(RECORDS, tmp_path / "x.fa", force=True)
    assert stat.S_IMODE((tmp_path / "x.fa").stat().st_mode) == 0o640


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.fa").write_text("old")
    link = tmp_path / "link.fa"
    link.symlink_to(tmp_path / "data" / "x.fa")
    with pytest.raises(ConflictError):
        write(RECORDS, link)
    write(RECORDS, link, force=True)
    assert link.is_symlink()
    assert read(tmp_path / "data" / "x.fa") == RECORDS
    dangling = tmp_path / "dangling.fa"
    dangling.symlink_to(tmp_path / "data" / "new.fa")
    write(RECORDS, dangling)
    assert read(tmp_path / "data" / "new.fa") == RECORDS


def test_devices_and_pipes_are_written_and_not_replaced(tmp_path: Path) -> None:
    write(RECORDS, "/dev/null", format="fasta", force=True)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    pipe = tmp_path / "pipe.fa"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="cannot be written"):  # nobody reads
        write(RECORDS, pipe)
    got: list[bytes] = []
    opened = threading.Event()

    def consume() -> None:
        handle = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        opened.set()
        os.set_blocking(handle, True)
        with os.fdopen(handle, "rb") as stream:
            while not got or got[-1]:
                got.append(stream.read())
                if not got[-1] and not any(got):
                    got.clear()

    reader = threading.Thread(target=consume)
    reader.start()
    opened.wait()
    write(RECORDS, pipe)
    reader.join()
    assert b"".join(got) == b">one\nATGC\n>two\nGGCC\n"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, what in (
        (tmp_path, "directory"),
        (tmp_path / "none" / "x.fa", "No such file"),
        (tmp_path / "file" / "x.fa", "Not a directory"),
        (tmp_path / ("x" * 300 + ".fa"), "too long"),
        ("a\0b.fa", "null"),
    ):
        with pytest.raises(InputError, match=what):
            write(RECORDS, path, format="fasta", force=True)


def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:

    def records() -> Iterator[Record]:
        yield RECORDS[0]
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left"):
        write(records(), tmp_path / "x.fa")
    assert left_over(tmp_path) == []


def test_formats_are_named_and_endings_known(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'fasta'"):
        read(io.BytesIO(b">a\nAC\n"), format="fatsa")
    with pytest.raises(FormatError, match="says no format that can be written"):
        write(RECORDS, tmp_path / "x.docx")
    with pytest.raises(FormatError, match="no ending"):
        write(RECORDS, tmp_path / "x")
    with pytest.raises(FormatError, match="not written"):
        write(RECORDS, tmp_path / "x", format="2bit")
    assert write(RECORDS, tmp_path / "x", format="fasta") == []


def test_a_named_format_does_not_read_what_is_known_to_be_foreign() -> None:
    with pytest.raises(FormatError, match="zip archive"):
        read(io.BytesIO(b"PK\x03\x04..."), format="fasta")
    with pytest.raises(FormatError, match="UTF-16"):
        read(io.BytesIO(">a\nAC\n".encode("utf-16")), format="fasta")
    assert read(io.BytesIO(">a\nAC\n".encode("utf-16")), encoding="utf-16")[0].name == "a"


def test_errors_carry_path_line_and_record(tmp_path: Path) -> None:
    path = tmp_path / "x.fa"
    path.write_bytes(gzip.compress(b">a\nACGT\n>b\nAC!T\n"))
    for reading in (read, lambda p: list(stream(p))):
        with pytest.raises(FormatError) as caught:
            reading(path)
        assert (caught.value.path, caught.value.line, caught.value.record) == (str(path), 4, "b")
