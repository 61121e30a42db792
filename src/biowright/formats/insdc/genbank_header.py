"""The keywords of a GenBank header: what their text means, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from biowright.core import Reference

from .header import Block, Field
from .text import break_at_commas, joined, wrapped

__all__ = ["ORDER", "PLAIN", "REPEATS", "genbank_fields", "split_blocks"]

WIDTH = 67
ORDER = [
    "LOCUS",
    "DEFINITION",
    "ACCESSION",
    "NID",
    "PID",
    "VERSION",
    "PROJECT",
    "DBLINK",
    "DBSOURCE",
    "KEYWORDS",
    "SEGMENT",
    "SOURCE",
    "REFERENCE",
    "COMMENT",
    "PRIMARY",
    "FEATURES",
    "BASE_COUNT",
    "CONTIG",
    "WGS",
    "WGS_SCAFLD",
    "TSA",
    "TLS",
    "ORIGIN",
]
# Keywords whose text is one annotation, under the same name in lower case.
PLAIN = [
    "NID",
    "PID",
    "PROJECT",
    "DBSOURCE",
    "SEGMENT",
    "COMMENT",
    "PRIMARY",
    "CONTIG",
    "WGS",
    "WGS_SCAFLD",
    "TSA",
    "TLS",
]
REPEATS = frozenset({"REFERENCE", *PLAIN})

_KEYWORD = re.compile(r"BASE COUNT|[A-Z][A-Z0-9_]*(?![^\s])")
_NEXT = re.compile(r"\n(?=[^ \t\n])")
_SUB = re.compile(r" {1,8}([A-Z]{3,})(?: +(.*))?")
_ENTRY = re.compile(r"[A-Za-z][\w ]*:(?: |$)")
_BASES = re.compile(
    r"\((?:bases|residues) ([0-9]{1,15} to [0-9]{1,15}(?:; ?[0-9]{1,15} to [0-9]{1,15})*)\)"
)
_SUBFIELDS = {
    "AUTHORS": "authors",
    "CONSRTM": "consortium",
    "TITLE": "title",
    "JOURNAL": "journal",
    "MEDLINE": "medline",
    "PUBMED": "pubmed",
    "REMARK": "remark",
}


def split_blocks(text: str, line: int) -> Iterator[Block]:
    """Divide header lines into blocks, one for each line that begins in the first column.

    The keyword of a block is empty where that line does not begin with one.
    """
    start = 0
    while start < len(text):
        match = _NEXT.search(text, start)
        end = match.end() if match else len(text)
        block = text[start:end]
        if block[0] not in " \t\n":
            word = _KEYWORD.match(block)
            keyword = word[0].replace(" ", "_") if word else ""
            yield Block(keyword, block.rstrip("\n"), line)
        line += block.count("\n")
        start = end


@cache
def genbank_fields(unit: str) -> dict[str, Field]:
    """Give the fields of a header by keyword; `unit` is ``bases`` or ``residues``."""
    fields = {
        "DEFINITION": Field(_read_definition, lambda text, _: _head("DEFINITION", f"{text}.")),
        "ACCESSION": Field(_read_accession, lambda names, _: _head("ACCESSION", " ".join(names))),
        "VERSION": Field(_read_version, _write_version),
        "DBLINK": Field(_read_links, _write_links),
        "KEYWORDS": Field(_read_keywords, lambda w, _: _head("KEYWORDS", "; ".join(w) + ".")),
        "SOURCE": Field(_read_source, _write_source),
        "REFERENCE": Field(_read_reference, lambda r, n: _write_reference(r, n, unit)),
    }
    for keyword in PLAIN:
        if keyword in ("COMMENT", "PRIMARY", "DBSOURCE"):
            fields[keyword] = Field(_read_lines, _writer_of_lines(keyword))
        elif keyword == "CONTIG":
            fields[keyword] = Field(
                lambda text: "".join("".join(_rows(text)).split()), _write_contig
            )
        else:
            fields[keyword] = Field(
                lambda text: _said(joined(_rows(text))), _writer_of_text(keyword)
            )
    return fields


def _rows(text: str) -> list[str]:
    """Give the text of the lines of a block, without the keyword."""
    first, *more = text.split("\n")
    match = _KEYWORD.match(first)
    first = first[match.end() if match else 0 :]
    return [first, *more]


def _said(text: str) -> str:
    return "" if text == "." else text


def _head(keyword: str, text: str) -> str:
    lines = wrapped(" ".join(text.split("\n")), WIDTH, WIDTH)
    return _block(keyword, lines or ["."])


def _block(keyword: str, lines: list[str]) -> str:
    first, *more = (" ".join(line.split("\n")) for line in lines)
    return "\n".join([f"{keyword:<11} {first or '.'}", *(f"{'':12}{line}" for line in more)])


def _writer_of_text(keyword: str) -> Callable[[Any, int], str]:
    return lambda text, _: _head(keyword, text)


def _read_definition(text: str) -> str:
    return joined(_rows(text)).removesuffix(".")


def _read_accession(text: str) -> tuple[str, ...]:
    names = re.findall(r"REGION: \S+|\S+", joined(_rows(text)))
    return tuple(name for name in names if name != ".")


def _read_version(text: str) -> tuple[str, str]:
    words = joined(_rows(text)).split()
    gi = next((word[3:] for word in words[1:] if word.startswith("GI:")), "")
    return (_said(words[0]) if words else ""), gi


def _write_version(content: tuple[str, str], _: int) -> str:
    version, gi = content
    return _head("VERSION", version or ".") + (f"  GI:{gi}" if gi else "")


def _read_links(text: str) -> tuple[str, ...]:
    links: list[list[str]] = []
    for row in _rows(text):
        if not links or _ENTRY.match(row.strip()):
            links.append([])
        links[-1].append(row)
    return tuple(link for rows in links if (link := _said(joined(rows))))


def _write_links(links: tuple[str, ...], _: int) -> str:
    return _block(
        "DBLINK", [line for link in links for line in wrapped(link, WIDTH, WIDTH)] or ["."]
    )


def _read_keywords(text: str) -> tuple[str, ...]:
    words = joined(_rows(text)).removesuffix(".").split(";")
    return tuple(word.strip() for word in words if word.strip())


def _read_source(text: str) -> tuple[str, str, tuple[str, ...]]:
    """Read SOURCE: the name in use, the organism, and the ranks that it belongs to."""
    rows = _rows(text)
    at = next((i for i, row in enumerate(rows) if re.match(r" {1,8}ORGANISM\b", row)), len(rows))
    source = _said(joined(rows[:at]))
    if at == len(rows):
        return source, "", ()
    organism = [rows[at].strip()[8:]]
    ranks: list[str] = []
    # a long name of an organism goes on in the next line; the ranks are told by their semicolons
    for row in rows[at + 1 :]:
        (ranks if ranks or ";" in row or row.rstrip().endswith(".") else organism).append(row)
    lineage = joined(ranks).removesuffix(".").split(";")
    return source, _said(joined(organism)), tuple(rank.strip() for rank in lineage if rank.strip())


def _write_source(content: tuple[str, str, tuple[str, ...]], _: int) -> str:
    source, *names = content[0], content[1], *content[2]
    organism, *ranks = (" ".join(name.split("\n")) for name in names)
    lines = [_head("SOURCE", source or "."), f"  ORGANISM  {organism or '.'}"]
    line = ""
    for rank in [*(f"{rank};" for rank in ranks[:-1]), *(f"{rank}." for rank in ranks[-1:])]:
        if line and len(line) + 1 + len(rank) > WIDTH:
            lines.append(f"{'':12}{line}")
            line = ""
        line = f"{line} {rank}" if line else rank
    return "\n".join([*lines, f"{'':12}{line}"] if line else lines)


def _read_reference(text: str) -> Reference:
    rows = _rows(text)
    held = ""
    texts: dict[str, list[str]] = {"": []}
    for row in rows:
        match = _SUB.fullmatch(row)
        if match and row is not rows[0]:
            held = match[1]
            texts.setdefault(held, []).append(match[2] or "")
        else:
            texts[held].append(row)
    about = re.sub(r"^[0-9]{1,9}(?:\s+|$)", "", joined(texts.pop("")))
    bases: tuple[tuple[int, int], ...] = ()
    scope = _said(about)
    if match := _BASES.fullmatch(about):
        pairs = [part.split(" to ") for part in match[1].split(";")]
        spans = tuple((int(low) - 1, int(high)) for low, high in pairs)
        if all(0 <= low < high for low, high in spans):
            bases, scope = spans, ""
    values = {
        name: _said(joined(texts[word])) for word, name in _SUBFIELDS.items() if word in texts
    }
    return Reference(bases=bases, scope=scope, **values)


def _write_reference(reference: Reference, number: int, unit: str) -> str:
    about = reference.scope
    if reference.bases:
        about = "; ".join(f"{low + 1} to {high}" for low, high in reference.bases)
        about = f"({unit} {about})"
    lines = [_head("REFERENCE", f"{number + 1:<2} {about}".rstrip(" "))]
    for word, name in _SUBFIELDS.items():
        text = getattr(reference, name)
        if text:
            # NCBI indents PUBMED by one more
            keyword = f"   {word}" if word == "PUBMED" else f"  {word}"
            lines.append(_head(keyword, text))
    return "\n".join(lines)


def _read_lines(text: str) -> str:
    """Read text whose lines mean something: as it stands, without the indentation of 12."""
    first, *more = _rows(text)
    word = len(text.split("\n")[0]) - len(first)
    # one blank at least stands between the keyword and the text
    first = first[max(12 - word, 1) :] if not first[: 12 - word].strip() else first.lstrip(" \t")
    rows = [row[12:] if not row[:12].strip() else row.lstrip(" \t") for row in more]
    return "\n".join([first, *rows])


def _writer_of_lines(keyword: str) -> Callable[[Any, int], str]:
    def write(text: str, _: int) -> str:
        first, *more = text.split("\n")
        return "\n".join([f"{keyword:<11} {first}", *(f"{'':12}{line}" for line in more)])

    return write


def _write_contig(text: str, _: int) -> str:
    return _block("CONTIG", break_at_commas(text, WIDTH))
