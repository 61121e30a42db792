"""JSON-LD (https://www.w3.org/TR/json-ld11/) by rdflib, and RDF/JSON (https://www.w3.org/TR/rdf-json/).

A context that lies elsewhere is refused: nothing is ever fetched.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any, NoReturn

from biowright.core import FormatError

from .graph import (
    TYPE,
    Graph,
    Literal,
    Term,
    is_absolute,
    is_blank,
    is_language,
    split_iri,
    term_key,
)
from .text import blank_labels

__all__ = ["read_json", "write_jsonld", "write_rdfjson"]

NESTING = 200


def read_json(text: str, name: str) -> Graph:
    """Read JSON-LD in any of its forms, or RDF/JSON.

    Literals come in the canonical spelling of their datatype (``01`` becomes ``1``), as rdflib
    gives them.

    Raises
    ------
    FormatError
        It is no JSON (with the line), no RDF in JSON, has names twice, holds named graphs, or
        refers to a context that lies elsewhere.

    Examples
    --------
    >>> g = read_json('{"@id": "http://a.org/s", "http://a.org/p": "x"}', "a.jsonld")
    >>> g.text("http://a.org/s", "http://a.org/p")
    'x'
    """
    data = _parsed(text, name)
    graph = Graph(scope=text.encode("utf-8", "replace"))
    try:
        if _is_rdfjson(data):
            _read_rdfjson(data, graph)
        else:
            _check(data, name)
            _read_jsonld(data, graph)
    except FormatError:
        raise
    except Exception as error:  # rdflib raises whatever its code trips over
        raise FormatError(
            f"this is no JSON-LD that can be understood ({type(error).__name__}: {error})"[:300],
            path=name,
        ) from None
    for s, p, o in graph.triples():
        for part in (s, p, *(o if isinstance(o, Literal) else (o,))):
            if not _encodable(part):
                raise FormatError(f"half a character in {part[:40]!r}", path=name)
    return graph


def _parsed(text: str, name: str) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(items)
        if len(made) != len(items):
            keys = [key for key, _ in items]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise FormatError(f"the name {twice[:60]!r} is there twice in one object", path=name)
        return made

    def constant(word: str) -> NoReturn:
        raise FormatError(f"'{word}' is no JSON", path=name)

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise FormatError(f"this is no JSON: {error.msg}", path=name, line=error.lineno) from None
    except RecursionError:
        raise FormatError("the JSON nests too deep", path=name) from None
    except ValueError as error:
        raise FormatError(f"this JSON cannot be read: {error}", path=name) from None


def _walk(data: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Walk all objects with their depth."""
    waiting = [(0, data)]
    while waiting:
        depth, item = waiting.pop()
        if isinstance(item, dict):
            yield depth, item
            waiting += [(depth + 1, value) for value in item.values()]
        elif isinstance(item, list):
            waiting += [(depth + 1, value) for value in item]


def _check(data: Any, name: str) -> None:
    if not isinstance(data, list | dict):
        raise FormatError("this JSON is no JSON-LD", path=name, expected="an object or a list")
    for depth, item in _walk(data):
        if depth > NESTING:
            raise FormatError(f"the JSON-LD nests deeper than {NESTING}", path=name)
        context = item.get("@context")
        elsewhere = [c for c in _as_list(context) if isinstance(c, str)] + _as_list(
            item.get("@import")
        )
        if elsewhere:
            raise FormatError(
                f"the JSON-LD refers to a context that lies elsewhere, {str(elsewhere[0])[:200]!r}",
                path=name,
                hint="nothing is fetched; put the context itself into the file",
            )
        if "@graph" in item and item.keys() - {"@graph", "@context"}:
            raise FormatError(
                "the JSON-LD holds a named graph",
                path=name,
                hint="SBOL has one graph; take the objects out of it",
            )


def _as_list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _read_jsonld(data: Any, graph: Graph) -> None:
    import rdflib
    from rdflib.plugins.parsers.jsonld import to_rdf

    # rdflib tells of literals that do not fit their datatype, with a traceback, on stderr
    log = logging.getLogger("rdflib.term")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
        log.propagate = False

    kept = _Kept(data)
    data = kept.hidden(data)

    def term(node: Any) -> Term:
        text = kept.shown(str(node))
        if isinstance(node, rdflib.Literal):
            datatype = kept.shown(str(node.datatype or ""))
            return Literal(text, datatype, node.language or "")
        return graph.blank(text) if isinstance(node, rdflib.BNode) else text

    class Sink(rdflib.Graph):  # type: ignore[misc]
        def add(self, triple: Any) -> Any:
            s, p, o = map(term, triple)
            assert isinstance(s, str)
            assert isinstance(p, str)
            graph.add(s, p, o)
            return self

    to_rdf(data, Sink(bind_namespaces="none"), base="")
    for item in data if isinstance(data, list) else [data]:
        for context in _as_list(item.get("@context") if isinstance(item, dict) else None):
            if isinstance(context, dict):
                _bind(graph, context)


def _bind(graph: Graph, context: dict[str, Any]) -> None:
    for prefix, space in context.items():
        if prefix.startswith("@") or not isinstance(space, str):
            continue
        if is_absolute(space) and space.endswith(("#", "/", ":")):
            graph.prefixes.setdefault(prefix, space)


class _Kept:
    """Keeps IRIs such as SO:1 and file:a from rdflib, which makes so:1 and file:///a of them."""

    def __init__(self, data: Any) -> None:
        contexts = [c for _, item in _walk([data]) for c in _as_list(item.get("@context"))]
        self.prefixes = {key for _, item in _walk(contexts) for key in item} | {"_"}
        self.names: dict[str, str] = {}
        self._back: dict[str, str] = {}

    def hidden(self, data: Any) -> Any:
        """Give a copy with such IRIs replaced by names that rdflib leaves alone."""
        if isinstance(data, str):
            prefix, colon, rest = data.partition(":")
            if colon and prefix not in self.prefixes and "//" not in rest and is_absolute(data):
                return self.names.setdefault(data, f"kept://{len(self.names)}/")
            return data
        if isinstance(data, list):
            return [self.hidden(item) for item in data]
        if isinstance(data, dict):
            return {
                self.hidden(key): value if key == "@context" else self.hidden(value)
                for key, value in data.items()
            }
        return data

    def shown(self, text: str) -> str:
        """Give back what a name stands for."""
        if text.startswith("kept://") and not self._back:
            self._back.update({name: iri for iri, name in self.names.items()})
        return self._back.get(text, text)


def _is_rdfjson(data: Any) -> bool:
    if not isinstance(data, dict) or not data or any(key.startswith("@") for key in data):
        return False
    node = next(iter(data.values()))
    values = next(iter(node.values()), None) if isinstance(node, dict) else None
    return (
        isinstance(values, list)
        and bool(values)
        and isinstance(values[0], dict)
        and {"type", "value"} <= values[0].keys()
    )


def _read_rdfjson(data: dict[str, dict[str, list[dict[str, str]]]], graph: Graph) -> None:
    def node(text: str) -> str:
        return graph.blank(text) if is_blank(text) else text

    for subject, predicates in data.items():
        for predicate, values in predicates.items():
            for value in values:
                kind, text = value["type"], value["value"]
                if kind == "literal" and is_language(value.get("lang", "")):
                    graph.add(
                        node(subject),
                        predicate,
                        Literal(text, value.get("datatype", ""), value.get("lang", "")),
                    )
                elif kind in ("uri", "bnode"):
                    graph.add(node(subject), predicate, node(text))
                else:
                    raise FormatError(f"RDF/JSON knows no such value: {str(value)[:80]}")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def write_jsonld(graph: Graph) -> tuple[bytes, list[str]]:
    """Write a graph as JSON-LD with a context of its prefixes, sorted.

    Returns
    -------
    data : bytes
    losses : list of str
        Predicates that JSON-LD cannot carry (relative ones).
    """
    blanks = blank_labels(graph)
    # an IRI such as urn:x must not be taken for a prefix and a name
    schemes = {iri.partition(":")[0] for iri in _iris(graph)}
    context = {
        prefix: space
        for prefix, space in sorted(graph.prefixes.items())
        if prefix
        and prefix not in schemes
        and ":" not in prefix
        and is_absolute(space)
        and space.endswith(("#", "/", ":"))
    }
    spaces: dict[str, str] = {}
    for prefix, space in context.items():
        spaces.setdefault(space, prefix)
    losses: dict[str, None] = {}

    def short(iri: str) -> str:
        space, local = split_iri(iri)
        return f"{spaces[space]}:{local}" if local and space in spaces else iri

    def value(term: Term) -> object:
        if isinstance(term, str):
            return {"@id": blanks.get(term, term)}
        if term.datatype:
            return {"@type": short(term.datatype), "@value": term.text}
        if term.language:
            return {"@language": term.language, "@value": term.text}
        return term.text

    objects = []
    for subject in sorted(graph.nodes, key=lambda node: (is_blank(node), node)):
        made: dict[str, object] = {"@id": blanks.get(subject, subject)}
        for predicate in sorted(graph.nodes[subject], key=lambda p: (p != TYPE, p)):
            terms = sorted(graph.nodes[subject][predicate], key=term_key)
            if predicate == TYPE and all(isinstance(t, str) and is_absolute(t) for t in terms):
                classes = [short(str(t)) for t in terms if isinstance(t, str)]
                made["@type"] = classes[0] if len(classes) == 1 else classes
            elif is_absolute(predicate):
                values = [value(t) for t in terms]
                made[short(predicate)] = values[0] if len(values) == 1 else values
            else:
                losses[f"the property <{predicate}> (it is relative)"] = None
        if len(made) > 1:
            objects.append(made)
    document = {"@context": context, "@graph": objects}
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode(), list(losses)


def _iris(graph: Graph) -> Iterator[str]:
    for s, p, o in graph.triples():
        yield s
        yield p
        if isinstance(o, str):
            yield o
        elif o.datatype:
            yield o.datatype


def write_rdfjson(graph: Graph) -> bytes:
    """Write a graph as RDF/JSON, sorted."""
    blanks = blank_labels(graph)

    def value(term: Term) -> dict[str, str]:
        if isinstance(term, str):
            kind = "bnode" if is_blank(term) else "uri"
            return {"type": kind, "value": blanks.get(term, term)}
        made = {"type": "literal", "value": term.text}
        if term.datatype:
            made["datatype"] = term.datatype
        if term.language:
            made["lang"] = term.language
        return made

    document = {
        blanks.get(s, s): {
            p: [value(o) for o in sorted(objects, key=term_key)]
            for p, objects in sorted(predicates.items())
        }
        for s, predicates in sorted(graph.nodes.items())
        if predicates
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
