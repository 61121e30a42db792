"""Finds the ways out of Biowright in its source: what writes, what sends, and what hands plans on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import biowright

SOURCE = Path(biowright.__file__).parent
OWN_STATE = ("library", "safety", "formats", "core", "bio")
"""Rooms below the exports: they keep their own files and write records in formats."""
UPPER = ("cli", "server", "foundry")
"""Rooms that hand on what the rooms below plan."""
WRITING = {
    *(
        "open_output",
        "write_text",
        "write_bytes",
        "writerow",
        "writerows",
        "to_csv",
        "to_excel",
        "to_json",
    ),
    *("savetxt", "save", "savez", "dump", "copyfile", "copyfileobj", "sendall"),
    *("urlopen", "sendmail", "send_message", "urlretrieve"),
}
_PLAIN = {
    *(
        "Path",
        "str",
        "int",
        "float",
        "bool",
        "bytes",
        "None",
        "object",
        "Any",
        "Mapping",
        "Sequence",
    ),
    *(
        "Iterable",
        "Iterator",
        "Collection",
        "list",
        "tuple",
        "dict",
        "set",
        "frozenset",
        "Literal",
        "Callable",
    ),
    *(
        "Verdict",
        "Gate",
        "Clearance",
        "Record",
        "Order",
        "BinaryIO",
        "Genome",
        "Nuclease",
        "datetime",
    ),
}
Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@cache
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def _fields(text: str) -> list[tuple[str, set[str]]]:
    """Give each class with the names in the annotations of its fields."""
    found = []
    for node in ast.walk(_tree(text)):
        if isinstance(node, ast.ClassDef):
            held = [_names(f.annotation) for f in node.body if isinstance(f, ast.AnnAssign)]
            found.append((node.name, set().union(*held)))
    return found


@dataclass(frozen=True, eq=False)
class Way:
    """A function, a method, or what a module does when it is imported."""

    module: str
    name: str
    node: ast.AST

    @property
    def room(self) -> str:
        return self.module.partition(".")[0]

    @property
    def known(self) -> str:
        """By its room, so that it may move between the room's files."""
        return f"{self.room}:{self.name}"

    @property
    def parameters(self) -> dict[str, bool]:
        """Its parameters, and whether each has a default."""
        if not isinstance(self.node, Function):
            return {}
        given = self.node.args
        row = [*given.posonlyargs, *given.args]
        optional = {a.arg for a in row[len(row) - len(given.defaults) :]}
        optional |= {
            a.arg for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True) if d is not None
        }
        return {a.arg: a.arg in optional for a in (*row, *given.kwonlyargs)}

    @cached_property
    def calls(self) -> list[tuple[int, str]]:
        """Give line and name of all calls; opening a file for reading counts as another name."""
        found = []
        for node in ast.walk(self.node):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name):
                name = node.func.id
            elif isinstance(node.func, ast.Attribute):
                name = f".{node.func.attr}"
            else:
                continue
            if name.lstrip(".") in ("open", "fdopen", "ZipFile", "TarFile"):
                texts = [
                    a.value
                    for a in (*node.args, *(k.value for k in node.keywords))
                    if isinstance(a, ast.Constant) and isinstance(a.value, str)
                ]
                writing = any(
                    set(t) & set("wax+") and re.fullmatch("[rwxabt+]{1,4}", t) for t in texts
                )
                name = "open for writing" if writing else "open"
            found.append((node.lineno, name))
        return sorted(found)

    @cached_property
    def called(self) -> frozenset[str]:
        return frozenset(name.lstrip(".") for _, name in self.calls)

    def writes(self) -> list[int]:
        return [
            line
            for line, name in self.calls
            if name.lstrip(".") in WRITING or name in ("write", "open for writing")
        ]

    def asks(self) -> int | None:
        """Give the line in which it has its verdict or clearance checked."""
        wanted = {"verdict": "require", "clearance": "check_clearance"}
        lines = [
            line
            for parameter, check in wanted.items()
            if parameter in self.parameters
            for line, name in self.calls
            if name.lstrip(".") == check
        ]
        return min(lines, default=None)

    def screens(self) -> bool:
        """Tell whether it screens and requires a verdict itself, or hands on one that it was given."""
        return not self.called.isdisjoint({"screen", "require", "check_clearance"})


@cache
def ways_of(text: str, module: str) -> list[Way]:
    """Find the functions and methods of a module, also nested and asynchronous, and its own statements."""
    tree = _tree(text)
    found = [Way(module, n.name, n) for n in ast.walk(tree) if isinstance(n, Function)]
    loose: list[ast.stmt] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            loose += [each for each in node.body if not isinstance(each, _DEFINITIONS)]
    found.append(Way(module, "<module>", ast.Module(loose, [])))
    return found


@cache
def sources() -> Mapping[str, str]:
    """Give the text of each module of the package."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        found[module] = path.read_text("utf-8")
    return found


def open_ways(texts: Mapping[str, str], harmless: Iterable[str] = ()) -> list[str]:
    """Give what writes and asks for no verdict, unless known to be harmless, or writes before it asks."""
    found = []
    known = set(harmless)
    for module, text in texts.items():
        if module.partition(".")[0] in OWN_STATE:
            continue
        here = ways_of(text, module)
        for way in here:
            lines, line = way.writes(), way.asks()
            if line is not None:
                if lines and min(lines) < line:
                    found.append(f"{module}:{way.name} writes before it asks")
                if any(way.parameters.get(name) for name in ("verdict", "clearance")):
                    found.append(f"{module}:{way.name} goes without a verdict")
                continue
            if not lines or way.known in known:
                continue
            # a private function may write for those that ask
            callers = [other for other in here if other is not way and way.name in other.called]
            gated = [o for o in callers if o.asks() is not None or o.name.startswith("_")]
            if not (way.name.startswith("_") and callers and len(gated) == len(callers)):
                found.append(f"{module}:{way.name}")
    return found


def _names(annotation: ast.AST | None) -> set[str]:
    """Give the names in an annotation, also in one that is a string."""
    if annotation is None:
        return set()
    found = set()
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= set(re.findall(r"\w+", node.value))
    return found


def plan_types(texts: Mapping[str, str]) -> set[str]:
    """Give the types that exports take under a verdict, and the classes that hold one of them."""
    types: set[str] = set()
    for module, text in texts.items():
        for way in ways_of(text, module):
            if isinstance(way.node, Function) and way.asks() is not None:
                for argument in (*way.node.args.args, *way.node.args.kwonlyargs):
                    types |= _names(argument.annotation)
    types -= _PLAIN
    while True:
        holders = {name for text in texts.values() for name, held in _fields(text) if held & types}
        if holders <= types:
            return types
        types |= holders


def plan_makers(texts: Mapping[str, str]) -> set[str]:
    """Give the functions that give such a plan, by name."""
    types = plan_types(texts)
    return {
        way.name
        for module, text in texts.items()
        for way in ways_of(text, module)
        if isinstance(way.node, Function) and not way.name.startswith("_")
        if _names(way.node.returns) & types
    }


def unscreened_plans(
    texts: Mapping[str, str], makers: set[str], harmless: Iterable[str] = ()
) -> list[str]:
    """Give what makes a plan in the upper rooms, where answers and files leave, and screens nothing."""
    found = []
    known = set(harmless)
    for module, text in texts.items():
        if module.partition(".")[0] not in UPPER:
            continue
        here = ways_of(text, module)
        for way in here:
            used = way.called & makers
            if not used or way.screens() or way.known in known or way.name in makers:
                continue
            callers = [o for o in here if o is not way and way.name in o.called]
            if not (way.name.startswith("_") and callers and all(o.screens() for o in callers)):
                found.append(f"{module}:{way.name} calls {', '.join(sorted(used))}")
    return found
