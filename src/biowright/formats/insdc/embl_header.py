"""The line codes of an EMBL header: what their text means, and how it is written.

The user manual of the EMBL flat file defines them
(https://ena-docs.readthedocs.io/en/latest/submit/fileprep/flat-file-example.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from biowright.core import Reference

from .header import Block, Field
from .text import break_at_commas, joined, wrapped

__all__ = ["FIELDS", "ORDER", "REPEATS", "split_blocks"]

WIDTH = 75
_END = "\n"
ORDER = ["ID", "AC", "SV", "PR", "DT", "DE", "KW", "OS", "RN", "DR", "CC", "AH", "FH", "CO", "SQ"]
REPEATS = ("RN", "CC")
# Codes of lines that belong to the block which another code begins.
_PART_OF = {
    "OC": "OS",
    "OG": "OS",
    "RC": "RN",
    "RP": "RN",
    "RX": "RN",
    "RG": "RN",
    "RA": "RN",
    "RT": "RN",
    "RL": "RN",
    "AS": "AH",
    "FT": "FH",
}
_CODE = re.compile(r"([A-Z]{2})(?: {3}|$| *$)")
_BASES = re.compile(r"[0-9]{1,15}-[0-9]{1,15}(?:, ?[0-9]{1,15}-[0-9]{1,15})*")
_LINKS = {"PUBMED": "pubmed", "MEDLINE": "medline", "DOI": "doi"}


def split_blocks(text: str, line: int) -> Iterator[Block]:
    """Divide the lines of an entry into blocks; the ``XX`` behind a block belong to it.

    The keyword of a block is empty where its line has no code.
    """
    keyword = before = ""
    rows: list[str] = []
    start, ended = line, True
    for number, row in enumerate(text.split("\n"), line):
        if not row.strip():
            continue
        match = _CODE.match(row)
        code = match[1] if match else ""
        if code == "XX" and rows:
            rows.append(row)
            ended = True
            continue
        word = _PART_OF.get(code, code)
        again = code == "RN" or (code == "OS" and before != "OS")
        if ended or again or word != keyword or not code:
            if rows:
                yield Block(keyword, "\n".join(rows), start)
            keyword, rows, start, ended = word, [], number, False
        rows.append(row)
        before = code
    if rows:
        yield Block(keyword, "\n".join(rows), start)


def _texts(text: str) -> list[str]:
    """Give the text of the lines of a block, without their codes."""
    return [row[5:] for row in text.split("\n") if not row.startswith("XX")]


def _coded(code: str, lines: list[str]) -> list[str]:
    return [f"{code}   {' '.join(line.split(_END))}" for line in lines]


def _text(code: str, text: str, end: str = "") -> list[str]:
    return _coded(code, wrapped(" ".join(text.split("\n")) + end, WIDTH, WIDTH))


def _spaced(lines: list[str]) -> str:
    return "\n".join([*lines, "XX"])


def _read_names(text: str) -> tuple[str, ...]:
    return tuple(name for name in re.split(r"[;\s]+", joined(_texts(text))) if name)


def _write_names(names: tuple[str, ...], _: int) -> str:
    return _spaced(_text("AC", " ".join(f"{name};" for name in names)))


def _read_projects(text: str) -> tuple[str, ...]:
    names = re.split(r"[;\s]+", joined(_texts(text)))
    return tuple(f"BioProject: {name.removeprefix('Project:')}" for name in names if name)


def _write_projects(links: tuple[str, ...], _: int) -> str:
    return _spaced([f"PR   Project:{link.partition(': ')[2]};" for link in links])


def _read_date(text: str) -> str:
    words = _texts(text)[-1].split()
    return words[0] if words else ""


def _read_keywords(text: str) -> tuple[str, ...]:
    words = joined(_texts(text)).removesuffix(".").split(";")
    return tuple(word.strip() for word in words if word.strip())


def _read_source(text: str) -> tuple[str, str, tuple[str, ...]]:
    """Read OS and OC: the organism with its common name, the organism, and the ranks above it."""
    rows = text.split("\n")
    source = joined(row[5:] for row in rows if row.startswith("OS"))
    lineage = joined(row[5:] for row in rows if row.startswith("OC")).removesuffix(".").split(";")
    ranks = tuple(rank.strip() for rank in lineage if rank.strip())
    return source, _organism(source), ranks


def _organism(source: str) -> str:
    return re.sub(r" \([^()]*\)$", "", source)


def _write_source(content: tuple[str, str, tuple[str, ...]], _: int) -> str:
    source, organism, ranks = content
    lines = _text("OS", source if _organism(source) == organism else organism or source)
    if ranks:
        lines += _text("OC", "; ".join(ranks) + ".")
    return _spaced(lines)


def _read_reference(text: str) -> Reference:
    texts: dict[str, list[str]] = {}
    for row in text.split("\n"):
        texts.setdefault(row[:2], []).append(row[5:])
    said = {code: joined(rows) for code, rows in texts.items()}
    links = {}
    for row in texts.get("RX", []):
        name, _, value = row.strip().removesuffix(".").partition("; ")
        if name.upper() in _LINKS:
            links[_LINKS[name.upper()]] = value
    bases: tuple[tuple[int, int], ...] = ()
    scope = said.get("RP", "")
    if _BASES.fullmatch(scope):
        pairs = [part.split("-") for part in scope.split(",")]
        spans = tuple((int(low) - 1, int(high)) for low, high in pairs)
        if all(0 <= low < high for low, high in spans):
            bases, scope = spans, ""
    title = said.get("RT", "").removesuffix(";")
    if len(title) > 1 and title[0] == title[-1] == '"':
        title = title[1:-1]
    return Reference(
        title=title,
        authors=said.get("RA", "").removesuffix(";"),
        journal=said.get("RL", ""),
        consortium=said.get("RG", "").removesuffix(";"),
        remark=said.get("RC", ""),
        bases=bases,
        scope=scope,
        **links,
    )


def _write_reference(reference: Reference, number: int) -> str:
    lines = [f"RN   [{number + 1}]"]
    if reference.remark:
        lines += _text("RC", reference.remark)
    if reference.bases:
        lines += _coded("RP", [", ".join(f"{low + 1}-{high}" for low, high in reference.bases)])
    for name, field in _LINKS.items():
        if value := getattr(reference, field):
            lines += _coded("RX", [f"{name}; {value}."])
    if reference.consortium:
        lines += _text("RG", reference.consortium, ";")
    if reference.authors:
        lines += _text("RA", reference.authors, ";")
    lines += _text("RT", f'"{reference.title}"' if reference.title else "", ";")
    lines += _text("RL", reference.journal)
    return _spaced(lines)


def _read_links(text: str) -> tuple[str, ...]:
    rows = (row.strip(" ").removesuffix(".") for row in _texts(text))
    return tuple(row.replace("; ", ": ", 1) for row in rows if row)


def _write_links(links: tuple[str, ...], _: int) -> str:
    rows = [" ".join(link.split("\n")) for link in links]
    return _spaced(_coded("DR", [row.replace(": ", "; ", 1) + "." for row in rows]))


def _write_comment(text: str, _: int) -> str:
    return _spaced(_coded("CC", text.split("\n")))


def _plain(code: str) -> Field:
    return Field(lambda text: joined(_texts(text)), lambda text, _: _spaced(_text(code, text)))


def _contig(text: Any, _: int) -> str:
    # no XX stands between CO and what follows it
    return "\n".join(_coded("CO", break_at_commas(text, WIDTH)))


FIELDS = {
    "AC": Field(_read_names, _write_names),
    "SV": _plain("SV"),
    "PR": Field(_read_projects, _write_projects),
    "DT": Field(_read_date, lambda date, _: _spaced([f"DT   {date}"])),
    "DE": _plain("DE"),
    "KW": Field(_read_keywords, lambda words, _: _spaced(_text("KW", "; ".join(words) + "."))),
    "OS": Field(_read_source, _write_source),
    "RN": Field(_read_reference, _write_reference),
    "DR": Field(_read_links, _write_links),
    "CC": Field(lambda text: "\n".join(_texts(text)), _write_comment),
    "CO": Field(lambda text: "".join("".join(_texts(text)).split()), _contig),
}
