"""Text on maps: widths, what may be shown, and what cannot break out of XML or a terminal."""

from __future__ import annotations

import unicodedata
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from biowright.core.maps.lettering import cells, clean, clip, escape, text_width


def test_widths_are_those_of_the_afm_files() -> None:
    # Adobe Core 14 AFM, Helvetica and Helvetica-Bold: WX of each character
    assert text_width("W", 1000) == 944
    assert text_width("i", 1000) == 222
    assert text_width("@", 1000) == 1015
    assert text_width("EcoRI", 1000) == 667 + 500 + 556 + 722 + 278
    assert text_width("W", 1000, bold=True) == 944
    assert text_width("i", 1000, bold=True) == 278


def test_accents_cost_nothing_and_chinese_letters_are_square() -> None:
    assert text_width("é", 10) == text_width("e", 10)
    assert text_width("e\u0301", 10) == text_width("e", 10)
    assert text_width("质粒", 10) == 20


@given(st.text())
def test_a_cleaned_text_is_one_line_without_control_characters(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in cleaned)


@given(st.text())
def test_an_escaped_text_comes_back_from_xml(text: str) -> None:
    cleaned = clean(text)
    element = ET.fromstring(f'<a b="{escape(cleaned)}">{escape(cleaned)}</a>')
    assert (element.text or "") == cleaned
    assert element.get("b") == cleaned
    assert len(element) == 0


@given(st.text(), st.floats(1, 300), st.booleans())
def test_a_clipped_text_fits(text: str, width: float, bold: bool) -> None:
    clipped = clip(text, width, 12, bold)
    assert text_width(clipped, 12, bold) <= width
    if clipped != text:
        assert clipped == "" or text.startswith(clipped[:-1])


def test_columns_of_a_terminal() -> None:
    assert cells("lacZ") == 4
    assert cells("质粒") == 4
    assert cells("e\u0301") == 1
