"""Colours: those that files state, and a palette that every reader can tell apart."""

from __future__ import annotations

import itertools
import math

import pytest

from biowright.core import Attributes, Feature, Location
from biowright.core.maps.palette import (
    DARK_PAPER,
    FAMILIES,
    LIGHT_PAPER,
    contrast,
    family_of,
    feature_colour,
    ink_on,
    stated_colour,
)

# Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113, severity 1.0, on linear RGB
VISION = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def seen(colour: str, vision: str) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a colour as a reader with that vision sees it."""
    linear = []
    for i in (1, 3, 5):
        part = int(colour[i : i + 2], 16) / 255
        linear.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    r, g, b = (
        min(1.0, max(0.0, sum(m * v for m, v in zip(row, linear, strict=True))))
        for row in VISION[vision]
    )
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("vision", VISION)
def test_every_two_families_differ_for_every_reader(vision: str) -> None:
    for one, two in itertools.combinations(FAMILIES, 2):
        distance = math.dist(seen(FAMILIES[one][0], vision), seen(FAMILIES[two][0], vision))
        assert distance >= 15, (one, two, distance)


def test_the_palette_shows_on_both_papers_and_carries_text() -> None:
    for colour, _ in FAMILIES.values():
        assert contrast(colour, LIGHT_PAPER) >= 1.15
        assert contrast(colour, DARK_PAPER) >= 1.5
        assert contrast(colour, ink_on(colour)) >= 4.5  # WCAG 2.2, AA


def feature(qualifiers: dict[str, str], strand: int = 1, type: str = "CDS") -> Feature:
    return Feature(type, Location.of((0, 9), strand=strand), Attributes(qualifiers))


@pytest.mark.parametrize(
    ("qualifiers", "strand", "colour"),
    [
        ({"ApEinfo_fwdcolor": "#85dae9", "ApEinfo_revcolor": "pink"}, 1, "#85dae9"),
        ({"ApEinfo_fwdcolor": "#85dae9", "ApEinfo_revcolor": "pink"}, -1, "#ffc0cb"),
        ({"note": "color: #3366cc; direction: RIGHT"}, 1, "#3366cc"),
        ({"note": "color: #a6acb3"}, -1, "#a6acb3"),
        ({"color": "#F58A5E"}, 1, "#f58a5e"),
        ({"note": "Geneious color: #ff0000"}, 1, "#ff0000"),
        ({"colour": "2"}, 1, "#ff0000"),
        ({"colour": "255 200 0"}, 1, "#ffc800"),
        ({"color": "javascript:alert(1)"}, 1, None),
        ({"color": '#fff" onload="x'}, 1, None),
        ({"colour": "99999999999999999999999"}, 1, None),
        ({"note": "the colour of the colony is white"}, 1, None),
        ({}, 1, None),
    ],
)
def test_stated_colours(qualifiers: dict[str, str], strand: int, colour: str | None) -> None:
    assert stated_colour(feature(qualifiers, strand)) == colour


def test_a_colour_that_the_paper_swallows_is_not_taken() -> None:
    white = feature({"color": "#ffffff"})
    assert feature_colour(white) == FAMILIES["CDS"][0]
    assert feature_colour(white, (DARK_PAPER,)) == "#ffffff"
    assert feature_colour(feature({"color": "#ffef86"})) == "#ffef86"


def test_families() -> None:
    assert family_of(feature({"regulatory_class": "terminator"}, type="regulatory")) == "terminator"
    assert family_of(feature({"regulatory_class": "promoter"}, type="regulatory")) == "promoter"
    assert family_of(feature({}, type="cds")) == "CDS"
    assert family_of(feature({}, type="something")) == "other"
