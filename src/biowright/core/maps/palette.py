"""Colours of features: those that a file states where they can be seen, else one a family of types.

The families' colours started as Okabe and Ito's (https://jfly.uni-koeln.de/color/) and Paul Tol's
(https://personal.sron.nl/~pault/) and were then pushed apart, so that any two of them differ by a
CIE76 distance of 15 or more also for readers with protanopia, deuteranopia or tritanopia, as
Machado et al. (2009, doi:10.1109/TVCG.2009.113) simulate them; a test computes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..feature import Feature

__all__ = [
    "FAMILIES",
    "contrast",
    "family_of",
    "feature_colour",
    "ink_on",
    "shade",
    "stated_colour",
]

LIGHT_PAPER = "#ffffff"
DARK_PAPER = "#12161c"

# family -> colour, and the feature keys in it
FAMILIES: dict[str, tuple[str, frozenset[str]]] = {
    family: (colour, frozenset(keys.split()))
    for family, colour, keys in (
        ("CDS", "#4ea9df", "CDS mat_peptide V_region C_region polypeptide ORF"),
        ("gene", "#bce5de", "gene pseudogene operon"),
        (
            "transcript",
            "#50d89e",
            "mRNA exon intron prim_transcript transcript misc_RNA 5'UTR 3'UTR UTR precursor_RNA",
        ),
        ("RNA", "#5546ad", "tRNA rRNA ncRNA tmRNA snRNA snoRNA gRNA guide_RNA"),
        ("promoter", "#009a55", "promoter regulatory enhancer -10_signal -35_signal"),
        ("terminator", "#d55e00", "terminator polyA_signal polyA_site polyA_sequence attenuator"),
        ("RBS", "#bfdc69", "RBS ribosome_entry_site CAAT_signal TATA_signal GC_signal"),
        ("origin", "#fa8a01", "rep_origin oriT origin_of_replication centromere telomere D-loop"),
        (
            "repeat",
            "#831b58",
            "repeat_region repeat_unit LTR mobile_element transposon satellite stem_loop",
        ),
        (
            "binding",
            "#a65d79",
            "protein_bind misc_binding operator misc_recomb primer_bind primer oligo",
        ),
        ("peptide", "#f0e442", "sig_peptide transit_peptide propeptide tag linker"),
        ("other", "#a3abb5", ""),
    )
}
_FAMILY = {kind: family for family, (_, kinds) in FAMILIES.items() for kind in kinds}
_FOLDED = {kind.lower(): family for kind, family in _FAMILY.items()}
_REGULATORY = {
    "terminator": "terminator",
    "attenuator": "terminator",
    "polya_signal_sequence": "terminator",
    "ribosome_binding_site": "RBS",
    "tata_box": "RBS",
    "caat_signal": "RBS",
}

_NAMED = {
    "black": "#000000", "white": "#ffffff", "gray": "#808080", "grey": "#808080",
    "silver": "#c0c0c0", "red": "#ff0000", "maroon": "#800000", "yellow": "#ffff00",
    "olive": "#808000", "lime": "#00ff00", "green": "#008000", "aqua": "#00ffff",
    "cyan": "#00ffff", "teal": "#008080", "blue": "#0000ff", "navy": "#000080",
    "fuchsia": "#ff00ff", "magenta": "#ff00ff", "purple": "#800080", "orange": "#ffa500",
    "pink": "#ffc0cb", "brown": "#a52a2a", "gold": "#ffd700", "salmon": "#fa8072",
    "violet": "#ee82ee", "tan": "#d2b48c", "turquoise": "#40e0d0", "khaki": "#f0e68c",
}  # fmt: skip
# Artemis writes /colour=N: https://sanger-pathogens.github.io/Artemis/Artemis/artemis-manual.html
_ARTEMIS = (
    *("#ffffff", "#646464", "#ff0000", "#00ff00", "#0000ff", "#00ffff", "#ff00ff", "#f5f500"),
    *("#98fb98", "#87cefa", "#ffa500", "#c89664", "#ffc8c8", "#aaaaaa", "#000000", "#ff3f3f"),
    *("#ff7f7f", "#ffbfbf"),
)
_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\Z")
_TRIPLE = re.compile(r"(?:rgb\()?\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)?\Z")
_NOTED = re.compile(r"(?:^|[;,]\s*)(?:sequence )?colou?r:\s*([^;,\s]+)", re.IGNORECASE)


def family_of(feature: Feature) -> str:
    """Say which family of `FAMILIES` a feature belongs to, from its type and regulatory class."""
    kind = feature.type
    if kind == "regulatory":
        said = feature.qualifiers.first("regulatory_class", "")
        return _REGULATORY.get(said.lower(), "promoter")
    return _FAMILY.get(kind) or _FOLDED.get(kind.lower(), "other")


def stated_colour(feature: Feature) -> str | None:
    """Read the colour that a program wrote into a feature, as ``#rrggbb``, or None.

    ApE states ``/ApEinfo_fwdcolor`` and ``/ApEinfo_revcolor``, SnapGene and Benchling a note
    ``color: #rrggbb`` or ``/color``, Geneious ``/note="Geneious color: ..."``, Artemis ``/colour``.
    """
    for value in _statements(feature):
        colour = _parsed(value)
        if colour:
            return colour
    return None


def _statements(feature: Feature) -> Iterator[str]:
    ape = ["ApEinfo_fwdcolor", "ApEinfo_revcolor"]
    if feature.location.strand == -1:
        ape.reverse()
    said: dict[str, str] = {}
    for key, value in feature.qualifiers.pairs:
        if value is None:
            continue
        lowered = key.lower()
        if lowered in ("color", "colour") or key in ape:
            said.setdefault(key if key in ape else "color", value)
        elif key == "note" and "colo" in value[:2000].lower():
            found = _NOTED.search(value[:2000].removeprefix("Geneious "))
            if found:
                said.setdefault("note", found.group(1))
    for key in (*ape, "color", "note"):
        if key in said:
            yield said[key]


def _parsed(text: str) -> str | None:
    text = text.strip().lower()
    found = _HEX.match(text)
    if found and (text.startswith("#") or len(found.group(1)) == 6):
        digits = found.group(1)
        return "#" + (digits if len(digits) == 6 else "".join(2 * d for d in digits))
    if text.isascii() and text.isdigit() and int(text[:4]) < len(_ARTEMIS):
        return _ARTEMIS[int(text[:4])]
    triple = _TRIPLE.match(text)
    if triple:
        numbers = [int(n) for n in triple.groups()]
        return "#{:02x}{:02x}{:02x}".format(*numbers) if max(numbers) < 256 else None
    return _NAMED.get(text)


def feature_colour(feature: Feature, papers: tuple[str, ...] = (LIGHT_PAPER, DARK_PAPER)) -> str:
    """Give the stated colour of a feature if every paper shows it, else its family's."""
    said = stated_colour(feature)
    if said and all(contrast(said, paper) >= _VISIBLE for paper in papers):
        return said
    return FAMILIES[family_of(feature)][0]


# Features have an outline, so that pastel colours, which many programs use, may stay.
_VISIBLE = 1.15


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Give the relative luminance, 0 to 1, of ``#rrggbb`` (https://www.w3.org/TR/WCAG22/)."""
    linear = []
    for channel in _channels(colour):
        part = channel / 255
        linear.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, 1 to 21, by WCAG 2.2.

    Examples
    --------
    >>> round(contrast("#ffffff", "#000000"))
    21
    """
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: str) -> str:
    """Give the colour of text that is best read on a colour: nearly black, or white."""
    return max("#14181d", "#ffffff", key=lambda ink: contrast(ink, colour))


def shade(colour: str, share: float) -> str:
    """Mix a colour with black (share below 0) or white (above 0), by that share."""
    target = 255 if share > 0 else 0
    mixed = (round(c + (target - c) * abs(share)) for c in _channels(colour))
    return "#{:02x}{:02x}{:02x}".format(*mixed)
