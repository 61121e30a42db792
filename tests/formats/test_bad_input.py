"""Bad input of every kind, to every format: records or one clear message, nothing else."""

from __future__ import annotations

import gzip
import io
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import InputError, Record
from biowright.formats import formats, read
from biowright.formats.conformance import SAMPLES

WRITABLE = sorted(name for name, f in formats().items() if f.write and f.read)


@cache
def sample(name: str) -> bytes:
    """Give a file of the format, the one with the most in it that it can carry."""
    write = formats()[name].write
    assert write is not None
    for record in (SAMPLES[1], SAMPLES[4]):
        out = io.BytesIO()
        try:
            write([record], out)
        except InputError:
            continue
        return out.getvalue()
    raise AssertionError(f"{name} writes none of the samples")


def is_text(name: str) -> bool:
    try:
        return "\0" not in sample(name).decode("utf-8")
    except UnicodeDecodeError:
        return False


TEXT = [name for name in WRITABLE if is_text(name)]


def outcome(
    data: bytes, name: str | None = None, encoding: str | None = None
) -> list[Record] | str:
    """Read, and give the records or the message; any other exception fails the test."""
    try:
        return list(read(io.BytesIO(data), format=name, encoding=encoding))
    except InputError as error:
        message = str(error)
        assert message
        assert "\n" not in message
        assert len(message) < 600
        return message


@pytest.mark.parametrize("name", WRITABLE)
def test_empty_and_white_space(name: str) -> None:
    assert "empty" in outcome(b"", name)
    assert "empty once unpacked" in outcome(gzip.compress(b""), name)
    for blank in (b" ", b"\n", b"\r\n\r\n", b"\t\n ", b"\xef\xbb\xbf\n"):
        assert isinstance(outcome(blank), str)
        assert outcome(blank, name) == [] or isinstance(outcome(blank, name), str)


@pytest.mark.parametrize("name", TEXT)
def test_line_ends_byte_order_marks_and_encodings(name: str) -> None:
    data = sample(name)
    records = outcome(data, name)
    assert isinstance(records, list)
    for other in (b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r\n")):
        assert outcome(other) == records
    text = data.decode()
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        wide = text.encode(encoding)
        assert outcome(wide, encoding=encoding) == records
        if not text.startswith("<?xml"):  # XML says its encoding itself
            assert "UTF-16" in outcome(wide, name)
            assert "UTF-16" in outcome(wide)
        else:
            assert isinstance(outcome(wide, name), str)


@pytest.mark.parametrize("name", TEXT)
def test_latin_1_is_told_with_its_line_and_read_when_it_is_stated(name: str) -> None:
    text = sample(name).decode()
    if "é" not in text:
        pytest.skip("the sample is ASCII")
    latin = text.replace("“", "'").replace("”", "'").encode("latin-1")
    message = outcome(latin, name)
    assert isinstance(message, str)
    assert "0xe9" in message or "not well-formed" in message
    assert "line" in message
    assert isinstance(outcome(latin, name, "latin-1"), list)


@pytest.mark.parametrize("name", WRITABLE)
def test_gzip_cut_off_or_damaged(name: str) -> None:
    packed = gzip.compress(sample(name), mtime=0)
    assert isinstance(outcome(packed), list)
    for length in range(2, len(packed), max(len(packed) // 20, 1)):
        assert isinstance(outcome(packed[:length], name), str)
    assert "follows the gzip data" in outcome(packed + b"garbage", name)


@pytest.mark.parametrize("name", WRITABLE)
def test_files_cut_off_at_any_place(name: str) -> None:
    data = sample(name)
    for length in range(1, len(data), max(len(data) // 60, 1)):
        outcome(data[:length], name)


@pytest.mark.parametrize("name", sorted(formats()))
def test_a_named_format_says_no_to_every_other(name: str) -> None:
    known = formats()[name]
    if known.read is None:
        pytest.skip("it is not read")
    for other in WRITABLE:
        if not known.sniff(sample(other)):
            outcome(sample(other), name)
    for data in (b"hello\n", b"\0" * 1000, bytes(range(256)) * 8, b"A" * 5000, b"\n" * 5000):
        outcome(data, name)


def _broken(data: bytes, edits: list[tuple[int, bytes]]) -> bytes:
    for at, text in edits:
        at %= len(data) + 1
        data = data[:at] + text + data[at + len(text) // 2 :]
    return data


edits = st.lists(
    st.tuples(
        st.integers(0, 10**6),
        st.sampled_from([b"\0", b"\n", b"\t", b'"', b"%", b">", b"@", b"99999999999", b"-1"])
        | st.binary(min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=4,
)


@given(st.sampled_from(WRITABLE), edits)
def test_broken_files_give_records_or_one_message(
    name: str, changes: list[tuple[int, bytes]]
) -> None:
    outcome(_broken(sample(name), changes), name)


@given(st.sampled_from(sorted(n for n, f in formats().items() if f.read)), st.binary(max_size=200))
def test_random_bytes_give_records_or_one_message(name: str, data: bytes) -> None:
    outcome(data, name)


@pytest.mark.parametrize("name", WRITABLE)
def test_a_bomb_is_refused_while_it_unpacks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from biowright.formats import packing

    monkeypatch.setattr(packing, "BOMB_SIZE", 1 << 22)
    bomb = gzip.compress(sample(name)) + gzip.compress(b"\n" * (1 << 20)) * 256
    assert "bomb" in outcome(bomb, name)
