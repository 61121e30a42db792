"""Reading a campaign file: every error at once, each with its line and the fix."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from biowright.build.planning import product
from biowright.core import BiowrightError, InputError, suggest
from biowright.formats import toml_line, toml_lines

from .settings import (
    CampaignSettings,
    ConditionSpace,
    ConstructSpace,
    ProteinSpace,
    ReplayLab,
    TableSpace,
)

__all__ = ["load_settings"]

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Problem:
    path: _Path
    what: str
    fix: str


def load_settings(path: str | Path) -> CampaignSettings:
    """Read a campaign file and check it whole.

    Paths in the file are relative to the file's folder.

    Raises
    ------
    InputError
        The file is no TOML, or says something wrong; the message lists every error with its line.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError("there is no such file", path=path) from None
    except IsADirectoryError:
        raise InputError(
            "this is a directory", path=path, hint="name the campaign's TOML file"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the file cannot be read ({error})", path=path) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"this is no TOML: {error}", path=path) from None
    lines = toml_lines(text)
    try:
        settings = TypeAdapter(CampaignSettings).validate_python(raw)
    except ValidationError as error:
        problems = [_problem(detail, raw) for detail in error.errors(include_url=False)]
        raise _errors(path, problems, lines) from None
    settings = _resolved(settings, path.parent)
    problems = list(_check(settings))
    if problems:
        raise _errors(path, problems, lines)
    return settings


def _errors(path: Path, problems: list[_Problem], lines: dict[_Path, int]) -> InputError:
    told = []
    for problem in problems:
        line = toml_line(lines, problem.path)
        name = ".".join(str(p) for p in problem.path)
        told.append((line, f"line {line}: {name}: {problem.what} ({problem.fix})"))
    told.sort()
    count = f"{len(told)} error{'s' if len(told) > 1 else ''} in the campaign file"
    return InputError("\n  ".join([count, *(text for _, text in told)]), path=path)


def _problem(detail: Any, raw: dict[str, Any]) -> _Problem:
    """Turn one of pydantic's errors into words with a way out."""
    # a tagged union puts its tag into the path, where the file has no key
    path: _Path = tuple(_walk(detail["loc"], raw))
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "unexpected_keyword_argument":
        hint = suggest(str(path[-1]), _keys(detail["loc"]))
        return _Problem(path, "there is no such key", hint or "remove it")
    if kind in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return _Problem(path, "is missing", f"add {path[-1]} = ...")
    if kind == "union_tag_not_found":
        return _Problem((*path, "kind"), "is missing", f"add kind = ..., one of {_tags(path)}")
    if kind == "union_tag_invalid":
        tags = context.get("expected_tags", "").replace("'", "").split(", ")
        hint = suggest(str(context.get("tag")), tags) or f"one of {', '.join(tags)}"
        return _Problem((*path, "kind"), f"there is no kind '{context.get('tag')}'", hint)
    given = repr(detail["input"])
    message = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    if len(given) > 60:
        given = given[:57] + "..."
    return _Problem(path, f"{given} does not fit", f"it should be {message}")


def _tags(path: _Path) -> str:
    known = {"space": "protein, construct, conditions, table", "lab": "files, replay, simulated"}
    return known.get(str(path[-1]), "the known kinds")


def _walk(location: Iterable[str | int], raw: Any) -> Iterator[str | int]:
    node = raw
    for part in location:
        if isinstance(node, dict) and part not in node and part == node.get("kind"):
            continue
        yield part
        if isinstance(node, dict):
            node = node.get(str(part))
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
        else:
            node = None


def _keys(location: tuple[str | int, ...]) -> list[str]:
    """List the keys that may stand beside the last part of a location."""
    from . import settings as schema

    kind: Any = CampaignSettings
    homes = {
        "campaign": schema.RunSettings,
        "objective": schema.Objective,
        "build": schema.BuildSettings,
        "plate": schema.PlateSettings,
        "slots": schema.Slot,
        "choose": schema.Choice,
        "factors": schema.Factor,
        "sums": schema.Share,
        "protein": ProteinSpace,
        "construct": ConstructSpace,
        "conditions": ConditionSpace,
        "table": TableSpace,
        "files": schema.FilesLab,
        "replay": ReplayLab,
        "simulated": schema.SimulatedLab,
    }
    for part in location[:-1]:
        kind = homes.get(str(part), kind)
    return [field.name for field in fields(kind)] if is_dataclass(kind) else []


def _resolved(settings: CampaignSettings, folder: Path) -> CampaignSettings:
    space, lab = settings.space, settings.lab
    if isinstance(space, ConstructSpace):
        if space.parts is not None:
            space = replace(space, parts=folder / space.parts)
        if space.library is not None and "://" not in space.library:
            space = replace(space, library=str(folder / space.library))
    elif isinstance(space, TableSpace):
        space = replace(space, file=folder / space.file)
    elif isinstance(space, ProteinSpace) and not space.parent.isalpha():
        space = replace(space, parent=str(folder / space.parent))
    if isinstance(lab, ReplayLab):
        lab = replace(lab, file=folder / lab.file)
    packs = {
        key: str(folder / name)
        for key in ("fragments", "oligos")
        if (name := getattr(settings.build, key)).endswith(".toml")
    }
    return replace(settings, space=space, lab=lab, build=replace(settings.build, **packs))


def _check(settings: CampaignSettings) -> Iterator[_Problem]:
    names = [objective.quantity for objective in settings.objective]
    for i, objective in enumerate(settings.objective):
        at: _Path = ("objective", i)
        if names.index(objective.quantity) != i:
            yield _Problem(
                (*at, "quantity"), f"'{objective.quantity}' has two objectives", "remove one"
            )
        if objective.goal == "target" and objective.target is None:
            yield _Problem((*at, "goal"), "a target goal needs its value", "add target = ...")
        if objective.goal != "target" and objective.target is not None:
            yield _Problem(
                (*at, "target"),
                f"a goal to {objective.goal} has no target",
                'say goal = "target", or stop_at for the value that ends the campaign',
            )
        low, high = objective.at_least, objective.at_most
        if low is not None and high is not None and low > high:
            yield _Problem((*at, "at_least"), f"{low} is above at_most = {high}", "swap them")
    space, method = settings.space, settings.build.method
    fits = {
        "protein": ("fragments", "mutagenesis", "none"),
        "construct": ("fragments", "golden-gate", "none"),
        "conditions": ("mix", "none"),
        "table": ("fragments", "none"),
    }[space.kind]
    if method not in fits:
        yield _Problem(
            ("build", "method"),
            f"'{method}' does not build a space of {space.kind}",
            f"use {' or '.join(fits)}",
        )
    for key in ("fragments", "oligos"):
        if pack := getattr(settings.build, key):
            try:
                product(pack)
            except BiowrightError as error:
                yield _Problem(("build", key), error.what, error.hint or "put the pack right")
    if isinstance(space, ConditionSpace):
        yield from _check_conditions(space, method)
    for key, file in (
        (("space", "parts"), getattr(space, "parts", None)),
        (("space", "file"), getattr(space, "file", None)),
        (("lab", "file"), getattr(settings.lab, "file", None)),
    ):
        if file is not None and not file.is_file():
            yield _Problem(key, f"there is no file {file}", "paths start at the campaign file")


def _check_conditions(space: ConditionSpace, method: str) -> Iterator[_Problem]:
    names = [factor.name for factor in space.factors]
    for i, factor in enumerate(space.factors):
        at: _Path = ("space", "factors", i)
        if names.index(factor.name) != i:
            yield _Problem((*at, "name"), f"'{factor.name}' stands twice", "rename one")
        bounded = factor.low is not None and factor.high is not None
        if bool(factor.choices) == bounded or (factor.low is None) != (factor.high is None):
            yield _Problem(
                at,
                f"'{factor.name}' needs either low and high, or choices",
                "add low = ... and high = ..., or choices = [...]",
            )
        elif bounded and factor.low >= factor.high:  # type: ignore[operator]
            yield _Problem(
                (*at, "low"), f"{factor.low} is not below high = {factor.high}", "swap them"
            )
        elif factor.log and (factor.low is None or factor.low <= 0):
            yield _Problem((*at, "log"), "a logarithmic scale starts above 0", "raise low")
        if method == "mix" and not factor.choices and factor.stock is None:
            yield _Problem(
                at, f"'{factor.name}' is mixed from no stock", "add stock = ..., in the same unit"
            )
    for i, share in enumerate(space.sums):
        for name in share.factors:
            if name not in names:
                yield _Problem(
                    ("space", "sums", i, "factors"),
                    f"there is no factor '{name}'",
                    suggest(name, names) or "name one of the factors",
                )
        if share.at_least is None and share.at_most is None:
            yield _Problem(("space", "sums", i), "the sum has no bound", "add at_least or at_most")
