"""N-Triples (https://www.w3.org/TR/n-triples/) and Turtle (https://www.w3.org/TR/turtle/).

Literals keep their spelling; both are written sorted, so that equal graphs give equal lines.
"""

from __future__ import annotations

import re
from typing import NoReturn

from biowright.core import FormatError

from .graph import RDF, TYPE, XSD, Graph, Literal, Term, is_blank, resolve, term_key

__all__ = ["read_ntriples", "read_turtle", "write_ntriples", "write_turtle"]

_TRIPLE = re.compile(
    r"[ \t]*(?:<([^<>\x00-\x20]*)>|_:([\w.:·-]+))"
    r"[ \t]*<([^<>\x00-\x20]*)>"
    r"[ \t]*(?:<([^<>\x00-\x20]*)>|_:([\w.:·-]*[\w:·-])"
    r'|"((?:[^"\\\n\r]++|\\.)*+)"(?:\^\^<([^<>\x00-\x20]*)>|@([A-Za-z]+(?:-[A-Za-z0-9]+)*))?)'
    r"[ \t]*\.[ \t]*(?:#.*)?\Z"
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.?))", re.DOTALL)
_LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_TOKEN = re.compile(
    r"""(?P<space>(?:[ \t\r\n]++|\#[^\n]*+)++)
    |<(?P<iri>(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+)>
    |(?P<long>\"\"\"(?:[^"\\]++|\\.|"(?!""))*+\"\"\"|'''(?:[^'\\]++|\\.|'(?!''))*+''')
    |(?P<short>"(?:[^"\\\n\r]++|\\.)*+"|'(?:[^'\\\n\r]++|\\.)*+')
    |@(?P<at>[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |_:(?P<blank>[\w](?:[\w.·-]*[\w·-])?)
    |(?P<number>[+-]?(?:(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+))
    |(?P<prefix>(?:[^\W\d_](?:[\w.·-]*[\w·-])?)?):
      (?P<local>(?:(?:[\w:·.-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-])*
                   (?:[\w:·-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-]))?)
    |(?P<word>[A-Za-z]+)
    |(?P<mark>\^\^|[.;,\[\]()])""",
    re.VERBOSE | re.DOTALL,
)
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\Z")
_PREFIX = re.compile(r"(?:[A-Za-z][A-Za-z0-9_-]*)?\Z")
_TO_LITERAL = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
    | {chr(c): f"\\u{c:04X}" for c in [*range(8), 11, *range(14, 32), 127]}
)
_TO_IRI = str.maketrans({c: f"\\u{ord(c):04X}" for c in [*map(chr, range(33)), *'<>"{}|^`\\']})
_BAD_LITERAL = re.compile(r'[\x00-\x1f\x7f"\\]')
_BAD_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
NESTING = 200


def read_ntriples(text: str, name: str) -> Graph:
    """Read N-Triples.

    Raises
    ------
    FormatError
        With the line that is no triple.

    Examples
    --------
    >>> len(read_ntriples('<http://a.org/s> <http://a.org/p> "1" .', "a.nt"))
    1
    """
    graph = Graph(scope=text.encode("utf-8", "replace"))
    for number, line in enumerate(text.split("\n"), 1):
        found = _TRIPLE.match(line)
        if found is None:
            if line.strip(" \t\r") and not line.lstrip(" \t").startswith("#"):
                raise FormatError(
                    f"this is no triple: {line.strip()[:60]!r}",
                    path=name,
                    line=number,
                    expected="<subject> <predicate> <object> .",
                )
            continue
        s, s_blank, p, o, o_blank, value, datatype, language = found.groups()
        try:
            subject = graph.blank(s_blank) if s is None else _unescaped(s)
            if value is not None:
                target: Term = Literal(
                    _unescaped(value), _unescaped(datatype or ""), language or ""
                )
            else:
                target = graph.blank(o_blank) if o is None else _unescaped(o)
            graph.add(subject, _unescaped(p), target)
        except ValueError as error:
            raise FormatError(str(error), path=name, line=number) from None
    return graph


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text

    def letter(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code:
            point = int(code, 16)
            if point > 0x10FFFF or 0xD800 <= point < 0xE000:
                raise ValueError(f"'{found[0]}' is no character")
            return chr(point)
        if found[3] not in _LETTERS:
            raise ValueError(f"'{found[0]}' is no escape")
        return _LETTERS[found[3]]

    return _ESCAPE.sub(letter, text)


def read_turtle(text: str, name: str, base: str = "") -> Graph:
    """Read Turtle.

    Parameters
    ----------
    text : str
    name : str
        What messages call it.
    base : str, optional
        What relative references are resolved against until the text says ``@base``.

    Raises
    ------
    FormatError
        With the line.

    Examples
    --------
    >>> g = read_turtle('@prefix a: <http://a.org/> . a:s a a:C ; a:p "x", 5 .', "a.ttl")
    >>> g.text("http://a.org/s", "http://a.org/p"), len(g)
    ('5', 3)
    """
    return _Turtle(text, name, base).read()


class _Turtle:
    """A recursive-descent reader; `kind` and `value` are the token ahead."""

    def __init__(self, text: str, name: str, base: str) -> None:
        self.text, self.name, self.base = text, name, base
        self.graph = Graph(scope=text.encode("utf-8", "replace"))
        self.prefixes: dict[str, str] = {}
        self.at = self.start = self.depth = 0
        self.kind = self.value = self.local = ""
        self.advance()

    def fail(self, what: str, expected: str | None = None) -> NoReturn:
        line = self.text.count("\n", 0, self.start) + 1
        raise FormatError(what, path=self.name, line=line, expected=expected)

    def advance(self) -> None:
        while True:
            self.start = self.at
            if self.at == len(self.text):
                self.kind, self.value = "end", "the end of the file"
                return
            found = _TOKEN.match(self.text, self.at)
            if found is None:
                self.fail(f"this is no Turtle: {self.text[self.at : self.at + 40]!r}")
            self.at = found.end()
            kind = found.lastgroup or ""
            if kind != "space":
                break
        self.kind = "name" if kind == "local" else kind
        self.value = found["prefix"] if kind == "local" else found[kind]
        self.local = found["local"] or ""

    def take(self, mark: str) -> bool:
        if self.kind == "mark" and self.value == mark:
            self.advance()
            return True
        return False

    def expect(self, mark: str) -> None:
        if not self.take(mark):
            self.fail(f"{self.value[:40]!r} stands in the wrong place", expected=f"'{mark}'")

    def unescaped(self, text: str) -> str:
        try:
            return _unescaped(text)
        except ValueError as error:
            self.fail(str(error))

    def read(self) -> Graph:
        while self.kind != "end":
            word = self.value.lower()
            if self.kind == "at" and self.value in ("prefix", "base"):
                self.directive(self.value)
                self.expect(".")
            elif self.kind == "word" and word in ("prefix", "base"):
                self.directive(word)
            else:
                bare = self.kind == "mark" and self.value == "["
                subject = self.node(subject=True)
                assert isinstance(subject, str)
                if not (bare and self.kind == "mark" and self.value == "."):
                    self.properties(subject)
                self.expect(".")
        self.graph.prefixes = self.prefixes
        return self.graph

    def directive(self, word: str) -> None:
        self.advance()
        prefix = None
        if word == "prefix":
            if self.kind != "name" or self.local:
                self.fail(f"{self.value[:40]!r} is no prefix", expected="name:")
            prefix = self.value
            self.advance()
        if self.kind != "iri":
            self.fail(f"{self.value[:40]!r} is no IRI", expected="<...>")
        iri = resolve(self.base, self.unescaped(self.value))
        self.advance()
        if prefix is None:
            self.base = iri
        else:
            self.prefixes[prefix] = iri

    def properties(self, subject: str) -> None:
        while True:
            if self.kind == "word" and self.value == "a":
                self.advance()
                predicate = TYPE
            elif self.kind in ("iri", "name"):
                predicate = self.iri()
            else:
                self.fail(f"{self.value[:40]!r} is no property", expected="an IRI or a name")
            while True:
                self.graph.add(subject, predicate, self.node())
                if not self.take(","):
                    break
            if not self.take(";"):
                return
            while self.take(";"):
                pass
            if self.kind == "mark" and self.value in (".", "]"):
                return

    def iri(self) -> str:
        if self.kind == "iri":
            made = resolve(self.base, self.unescaped(self.value))
        else:
            if self.value not in self.prefixes:
                self.fail(f"the prefix '{self.value}:' is not declared")
            local = re.sub(r"\\(.)", r"\1", self.local) if "\\" in self.local else self.local
            made = self.prefixes[self.value] + local
        self.advance()
        return made

    def node(self, subject: bool = False) -> Term:
        kind, value = self.kind, self.value
        if kind in ("iri", "name"):
            return self.iri()
        if kind == "blank":
            self.advance()
            return self.graph.blank(value)
        if kind == "mark" and value in "[(":
            self.depth += 1
            if self.depth > NESTING:
                self.fail(f"the Turtle nests deeper than {NESTING}")
            self.advance()
            made = self.nested() if value == "[" else self.collection()
            self.depth -= 1
            return made
        if not subject:
            if kind in ("short", "long"):
                return self.literal()
            if kind == "number":
                self.advance()
                datatype = (
                    "double" if "e" in value.lower() else "decimal" if "." in value else "integer"
                )
                return Literal(value, XSD + datatype)
            if kind == "word" and value in ("true", "false"):
                self.advance()
                return Literal(value, XSD + "boolean")
        what = "a subject" if subject else "a node or a value"
        return self.fail(f"{value[:40]!r} stands in the wrong place", expected=what)

    def nested(self) -> str:
        made = self.graph.blank()
        if not self.take("]"):
            self.properties(made)
            self.expect("]")
        return made

    def collection(self) -> str:
        items = []
        while not self.take(")"):
            items.append(self.node())
        rest = RDF + "nil"
        for item in reversed(items):
            cell = self.graph.blank()
            self.graph.add(cell, RDF + "first", item)
            self.graph.add(cell, RDF + "rest", rest)
            rest = cell
        return rest

    def literal(self) -> Literal:
        marks = 3 if self.kind == "long" else 1
        text = self.unescaped(self.value[marks:-marks])
        self.advance()
        if self.kind == "at":
            language = self.value
            self.advance()
            return Literal(text, "", language)
        if self.take("^^"):
            if self.kind not in ("iri", "name"):
                self.fail(f"{self.value[:40]!r} is no datatype", expected="an IRI or a name")
            return Literal(text, self.iri())
        return Literal(text)


def write_ntriples(graph: Graph) -> bytes:
    """Write a graph as N-Triples, sorted."""
    blanks = blank_labels(graph)
    lines = [
        f"{_absolute(s, blanks)} {_absolute(p, blanks)} {_absolute(o, blanks)} .\n"
        for s, p, o in graph.triples()
    ]
    return "".join(sorted(lines)).encode()


def blank_labels(graph: Graph) -> dict[str, str]:
    """Give the blank nodes short labels, in the order of the file."""
    found: dict[str, str] = {}
    for s, _, o in graph.triples():
        for term in (s, o):
            if isinstance(term, str) and is_blank(term) and term not in found:
                found[term] = f"_:b{len(found)}"
    return found


def _absolute(term: Term, blanks: dict[str, str]) -> str:
    if isinstance(term, str):
        return blanks.get(term) or (
            f"<{term.translate(_TO_IRI)}>" if _BAD_IRI.search(term) else f"<{term}>"
        )
    text = f'"{term.text.translate(_TO_LITERAL) if _BAD_LITERAL.search(term.text) else term.text}"'
    if term.datatype:
        return f"{text}^^<{term.datatype.translate(_TO_IRI)}>"
    return f"{text}@{term.language}" if term.language else text


def write_turtle(graph: Graph) -> bytes:
    """Write a graph as Turtle: prefixes, then one block a subject, all sorted."""
    blanks = blank_labels(graph)
    spaces: dict[str, str] = {}
    bound = sorted((p, n) for p, n in graph.prefixes.items() if _PREFIX.match(p))
    for prefix, space in bound:
        spaces.setdefault(space, prefix)

    def short(term: Term) -> str:
        if isinstance(term, Literal):
            if term.datatype:
                return f"{_absolute(Literal(term.text), blanks)}^^{short(term.datatype)}"
            return _absolute(term, blanks)
        cut = max(term.rfind("#"), term.rfind("/"), term.rfind(":")) + 1
        if term[:cut] in spaces and (cut == len(term) or _LOCAL.match(term, cut)):
            return f"{spaces[term[:cut]]}:{term[cut:]}"
        return _absolute(term, blanks)

    parts = [f"@prefix {prefix}: <{space.translate(_TO_IRI)}> .\n" for prefix, space in bound]
    for subject in sorted(graph.nodes, key=lambda node: (is_blank(node), node)):
        predicates = graph.nodes[subject]
        lines = [
            f"{'a' if p == TYPE else short(p)} "
            + ", ".join(short(o) for o in sorted(predicates[p], key=term_key))
            for p in sorted(predicates, key=lambda p: (p != TYPE, p))
        ]
        if lines:
            parts.append(f"\n{short(subject)} " + " ;\n    ".join(lines) + " .\n")
    return "".join(parts).encode()
