"""Opening: files, pipes, devices, gzip, encodings, line ends."""

from __future__ import annotations

import gzip
import io
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import FormatError, InputError
from biowright.formats import packing, source
from biowright.formats.packing import BlockPacker
from biowright.formats.source import Source, open_source


def opened(data: bytes, **options: str) -> Source:
    return open_source(io.BytesIO(data), name="sample", **options)


def slow_lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


@given(st.text(st.sampled_from("ab\r\né\x0b\u2028 "), min_size=1), st.integers(1, 9))
def test_lines_and_blocks_are_those_of_a_slow_model(text: str, size: int) -> None:
    data = text.encode()
    assert list(opened(data).lines()) == slow_lines(text)
    blocks = list(opened(data).blocks(size))
    assert b"".join(blocks).decode() == text.replace("\r\n", "\n").replace("\r", "\n")
    assert all(block.endswith(b"\n") for block in blocks[:-1])


def test_line_numbers_of_wrong_bytes_hold_for_old_macintosh_line_ends() -> None:
    with pytest.raises(FormatError, match="line 3: byte 0xe9 is not UTF-8"):
        list(opened(b"one\rtwo\rcaf\xe9\r").lines())


def test_a_stream_stays_open_and_is_read_from_where_it_stands() -> None:
    stream = io.BytesIO(b"skipped>a\nAC\n")
    stream.seek(7)
    with open_source(stream) as opened_source:
        assert opened_source.bytes() == b">a\nAC\n"
    del opened_source
    assert not stream.closed


def test_a_long_line_takes_linear_time_and_one_block() -> None:
    data = b"A" * (8 << 20)
    pieces: list[int] = []

    class Counting(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            got = super().read(size)
            pieces.append(len(got))
            return got

    blocks = list(open_source(Counting(data), name="x").blocks())
    assert blocks == [data]
    assert sum(pieces) == len(data)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_is_taken_off(mark: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.fa"
    path.write_bytes(mark + b">a\n")
    for what in (path, io.BytesIO(mark + b">a\n"), io.BytesIO(gzip.compress(mark + b">a\n"))):
        with open_source(what) as one:
            assert (one.head, one.bytes()) == (b">a\n", b">a\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_a_stated_encoding_is_turned_into_utf8(encoding: str) -> None:
    text = ">a café\r\nACGT\r\n" * 20_000
    one = opened(text.encode(encoding), encoding=encoding)
    assert one.head.startswith(b">a caf\xc3\xa9")
    assert "\n".join(one.lines()) + "\n" == text.replace("\r\n", "\n")


def test_a_stated_encoding_that_does_not_fit_names_the_line() -> None:
    with pytest.raises(FormatError, match="line 2: byte 0xe9 is not ascii"):
        opened(b"one\ncaf\xe9\n", encoding="ascii").text()


@pytest.mark.parametrize("encoding", ["klingon", "zlib", "rot13", "base64", ""])
def test_an_encoding_that_is_none(encoding: str) -> None:
    with pytest.raises(InputError, match="unknown encoding"):
        opened(b"abc", encoding=encoding)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04rest", "zip"),
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (gzip.compress(gzip.compress(b">a\nAC\n", mtime=0), mtime=0), "packed twice"),
        (b"%PDF-1.4", "PDF"),
        (b"\n<!DOCTYPE HTML><html>", "web page"),
        (">a\nACGT\n".encode("utf-16"), "UTF-16"),
        (">a\nACGT\n".encode("utf-16-le"), "UTF-16-LE"),
        (">a\nACGT\n".encode("utf-16-be"), "UTF-16-BE"),
        (">a\nACGT\n".encode("utf-32"), "UTF-32"),
        (b"@HD\tVN:1.6\n", "SAM"),
        (b'chr1\tx\texon\t1\t9\t.\t+\t.\tgene_id "a";\n', "GTF"),
        (b">P1;CRAB\nalpha\nMKL*\n", "PIR"),
    ],
)
def test_foreign_content_is_named(data: bytes, what: str) -> None:
    with pytest.raises(FormatError, match=what):
        opened(data).refuse_foreign()


def test_gzip_of_several_members_and_bgzf() -> None:
    parts = gzip.compress(b">a\nAC") + gzip.compress(b"GT\n")
    assert opened(parts).bytes() == b">a\nACGT\n"
    out = io.BytesIO()
    data = os.urandom(200_000)
    with BlockPacker(out) as packer:
        packer.write(data[:7])
        packer.write(data[7:])
    assert opened(out.getvalue()).bytes() == data
    assert gzip.decompress(out.getvalue()) == data


def test_bgzf_is_what_other_readers_of_it_expect() -> None:
    bgzf = pytest.importorskip("Bio.bgzf")
    out = io.BytesIO()
    with BlockPacker(out) as packer:
        packer.write(b"ACGT" * 50_000)
    out.seek(0)
    sizes = [length for *_, length in bgzf.BgzfBlocks(out)]
    assert sum(sizes) == 200_000
    assert sizes[-1] == 0  # the mark of the end


@pytest.mark.parametrize("keep", [12, -9, -4])
def test_gzip_that_is_cut_off(keep: int) -> None:
    packed = gzip.compress(b">a\n" + os.urandom(100_000).hex().encode())
    with pytest.raises(FormatError, match="ends too early"):
        opened(packed[:keep]).bytes()


def test_gzip_that_is_damaged() -> None:
    packed = bytearray(gzip.compress(b">a\n" + os.urandom(100_000).hex().encode()))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(FormatError, match="damaged"):
        opened(bytes(packed)).bytes()
    with pytest.raises(FormatError, match="no gzip data follows"):
        opened(gzip.compress(b">a\nAC\n") + b"rest").bytes()
    assert opened(gzip.compress(b">a\nAC\n") + b"\0" * 9).bytes() == b">a\nAC\n"  # a tape's padding


def test_a_gzip_bomb_is_refused_before_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "BOMB_SIZE", 1 << 22)
    bomb = gzip.compress(b">a\n") + gzip.compress(b"A" * (1 << 20)) * 1024  # a gibibyte
    taken: list[int] = []
    with pytest.raises(FormatError, match="bomb"):
        taken.extend(len(block) for block in opened(bomb).blocks(1 << 16))
    assert sum(taken) <= 1 << 22


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for path, what in (
        (tmp_path, "directory"),
        (tmp_path / "none", "no such file"),
        (tmp_path / "empty", "empty"),
        ("a\0b", "cannot be opened"),
        ("x" * 5000, "cannot be opened"),
        ("/dev/null", "device"),
        ("/dev/zero", "device"),
    ):
        with pytest.raises(InputError, match=what):
            open_source(path)
    with pytest.raises(InputError, match="empty once unpacked"):
        opened(gzip.compress(b""))
    with pytest.raises(InputError, match="binary"):
        open_source(io.StringIO(">a\nAC\n"))  # type: ignore[arg-type]


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked.fa"
    path.write_bytes(b">a\nAC\n")
    if os.geteuid() == 0:  # root may read all; so the system call is replaced

        def denied(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("builtins.open", denied)
    else:
        path.chmod(0)
    with pytest.raises(InputError, match="may not read"):
        open_source(path)


def test_a_read_that_fails_is_one_clear_error() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read(10)

    with pytest.raises(InputError, match="Input/output error"):
        open_source(Broken(b">a\n" * 100), name="disk").bytes()


def test_named_pipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = tmp_path / "pipe.fa"
    os.mkfifo(pipe)
    monkeypatch.setattr(source, "PATIENCE", 0.05)
    with pytest.raises(InputError, match="nobody writes"):
        open_source(pipe)
    monkeypatch.setattr(source, "PATIENCE", 5.0)
    writer = threading.Thread(target=pipe.write_bytes, args=(b">a\n" + b"ACGT" * 50_000,))
    writer.start()
    with open_source(pipe) as one:
        assert len(one.bytes()) == 200_003
    writer.join()


def test_a_pipe_without_seek_is_unpacked() -> None:
    read_end, write_end = os.pipe()
    with os.fdopen(write_end, "wb") as out:
        out.write(gzip.compress(b">a\nACGT\n"))
    with os.fdopen(read_end, "rb") as stream, open_source(stream, name="stdin") as one:
        assert one.bytes() == b">a\nACGT\n"


def test_messages_stay_on_one_line_whatever_the_name() -> None:
    with pytest.raises(InputError) as caught:
        open_source("two\nlines\x1b[31m\udcff.fa")
    assert str(caught.value) == "two\\nlines\\x1b[31m\\udcff.fa: there is no such file"


@pytest.mark.parametrize(
    ("name", "stem", "suffix"),
    [
        ("/a/b.c/genome.v2.FA.gz", "genome.v2", ".fa"),
        ("plain", "plain", ""),
        (".hidden", ".hidden", ""),
        ("x.fasta.bgz", "x", ".fasta"),
    ],
)
def test_stem_and_suffix(name: str, stem: str, suffix: str) -> None:
    one = open_source(io.BytesIO(b"x"), name=name)
    assert (one.stem, one.suffix) == (stem, suffix)
