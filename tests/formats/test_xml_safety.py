"""XML that is an attack is refused in every encoding, before anything is expanded or fetched."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import FormatError
from biowright.formats.xml_safety import DEPTH, check_xml

BOMB = (
    '<?xml version="1.0"{}?>\n<!DOCTYPE a [\n<!ENTITY b "bbbb">\n'
    '<!ENTITY c "&b;&b;&b;&b;">\n]>\n<a>&c;</a>'
)


@pytest.mark.parametrize("encoding", ["", "utf-8", "utf-16", "utf-16-le", "latin-1", "cp1252"])
def test_an_entity_bomb_is_refused_in_any_encoding(encoding: str) -> None:
    declared = f' encoding="{encoding.removesuffix("-le")}"' if encoding else ""
    with pytest.raises(FormatError, match="declares the entity 'b'") as caught:
        check_xml(BOMB.format(declared).encode(encoding or "utf-8"), "bomb.xml")
    assert (caught.value.path, caught.value.line) == ("bomb.xml", 3)


@pytest.mark.parametrize("encoding", ["utf-7", "utf-32", "shift_jis", "idna", "zlib", "nonsense"])
def test_an_encoding_that_expat_cannot_read_is_refused(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a/>'
    data = text.encode("utf-32" if encoding == "utf-32" else "ascii")
    with pytest.raises(FormatError):
        check_xml(data, "odd.xml")


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a SYSTEM "http://a.invalid/a.dtd"><a/>',
        b'<!DOCTYPE a PUBLIC "-//A//B" "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://a.invalid/x"> %x;]><a/>',
        b'<!DOCTYPE a [<!NOTATION g SYSTEM "g"><!ENTITY x SYSTEM "f" NDATA g>]><a/>',
    ],
)
def test_what_lies_elsewhere_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match=r"refers to another file|declares the entity") as caught:
        check_xml(data, "a.xml")
    assert caught.value.line == 1


def test_nesting_ends_somewhere() -> None:
    check_xml(b"<a>" * DEPTH + b"</a>" * DEPTH, "a.xml")
    with pytest.raises(FormatError, match="nests deeper"):
        check_xml(b"<a>" * (DEPTH + 1) + b"</a>" * (DEPTH + 1), "a.xml")


def test_malformed_xml_names_its_line() -> None:
    with pytest.raises(FormatError, match="mismatched tag") as caught:
        check_xml(b"<a>\n<b>\n</a>", "a.xml")
    assert caught.value.line == 3


def test_good_xml_passes() -> None:
    check_xml(b"\xef\xbb\xbf<!DOCTYPE a><a>&amp;&#65;<!-- c --><![CDATA[<]]></a>", "a.xml")
    check_xml('<?xml version="1.0" encoding="koi8-r"?><a>ж</a>'.encode("koi8-r"), "a.xml")


@given(st.binary(max_size=80) | st.text(alphabet='<>a&;!"[]%?/ \n\0ENTITYDOCTYPE', max_size=80))
def test_anything_else_passes_or_is_refused(data: bytes | str) -> None:
    with suppress(FormatError):
        check_xml(data.encode() if isinstance(data, str) else data, "fuzz.xml")
