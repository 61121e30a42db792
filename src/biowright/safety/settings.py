"""What an operator sets: where the gate keeps its state, what it screens with, who may override.

A TOML file, named by the environment variable ``BIOWRIGHT_SAFETY`` or by an argument:

    folder = "gate"              # keys, history and audit; made when it is first used
    lifetime = 24                # hours that a verdict holds
    memory = 365                 # days that a customer's orders are looked at together

    [override]
    key = "reviewers.key"        # without it, nothing can be overridden

    [[screener]]
    kind = "kmers"
    reference = "concern.screen" # made by: biowright safety reference
    key = "concern.key"
    age = 90                     # days after which the reference is stale

Paths are relative to the file.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from biowright.core import InputError

__all__ = [
    "ExternalSettings",
    "HmmSettings",
    "KmerSettings",
    "OverrideSettings",
    "SafetySettings",
    "load_safety_settings",
]

VARIABLE = "BIOWRIGHT_SAFETY"
_STRICT = ConfigDict(extra="forbid")
Days = Annotated[float, Field(gt=0, le=3660)]


@dataclass(frozen=True, slots=True, kw_only=True)
class KmerSettings:
    """``[[screener]] kind = "kmers"``: a reference of hashed k-mers.

    Parameters
    ----------
    reference : path
    key : path
        The key file of the reference.
    age : float, default 90
        Days after which it is stale.
    """

    __pydantic_config__ = _STRICT

    kind: Literal["kmers"]
    reference: Path
    key: Path
    age: Days = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HmmSettings:
    """``[[screener]] kind = "hmm"``: profiles of protein families, through pyhmmer.

    Parameters
    ----------
    profiles : path
        A file of HMMER 3 profiles.
    dated : str
        The day of the profiles, ISO 8601.
    age : float, default 90
    expect : float, default 1e-5
        The largest E-value that counts, for profiles without a gathering threshold.
    """

    __pydantic_config__ = _STRICT

    kind: Literal["hmm"]
    profiles: Path
    dated: str
    age: Days = 90.0
    expect: Annotated[float, Field(gt=0, le=10)] = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalSettings:
    """``[[screener]] kind = "external"``: another program that screens.

    Parameters
    ----------
    name : str
    command : tuple of str
        The program and its arguments; ``{request}`` and ``{answer}`` stand for the files that it
        reads and writes. No shell is involved.
    timeout : float, default 600
        In s.
    age : float, default 90
        Days after which the reference that it names is stale.
    """

    __pydantic_config__ = _STRICT

    kind: Literal["external"]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    command: Annotated[tuple[str, ...], Field(min_length=1)]
    timeout: Annotated[float, Field(gt=0, le=86_400)] = 600.0
    age: Days = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideSettings:
    """``[override]``: who may let flagged pieces leave.

    Parameters
    ----------
    key : path
        The reviewers' key file.
    """

    __pydantic_config__ = _STRICT

    key: Path


Back = Annotated[KmerSettings | HmmSettings | ExternalSettings, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetySettings:
    """A whole settings file; see the module.

    Parameters
    ----------
    folder : path
    screener : tuple of KmerSettings, HmmSettings or ExternalSettings
        All of them must pass.
    lifetime : float, default 24
        Hours.
    memory : float, default 365
        Days.
    override : OverrideSettings, optional
    """

    __pydantic_config__ = _STRICT

    folder: Path
    screener: Annotated[tuple[Back, ...], Field(min_length=1)]
    lifetime: Annotated[float, Field(gt=0, le=24 * 31)] = 24.0
    memory: Annotated[float, Field(ge=0, le=36_600)] = 365.0
    override: OverrideSettings | None = None


def load_safety_settings(path: str | os.PathLike[str]) -> SafetySettings:
    """Read a settings file.

    Raises
    ------
    InputError
        There is none, it is no TOML, or says something wrong.
    """
    path = Path(path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError(
            "there is no such safety settings file",
            path=path,
            hint=f"put the file there, or correct {VARIABLE}; without it nothing is exported",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the safety settings cannot be read ({error})", path=path) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"the safety settings are no TOML: {error}", path=path) from None
    try:
        settings = TypeAdapter(SafetySettings).validate_python(raw)
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, detail['loc'])) or 'the file'}: {detail['msg']}"
            for detail in error.errors(include_url=False)
        )
        raise InputError(f"wrong safety settings: {told}", path=path) from None
    home = path.parent
    backs = []
    for back in settings.screener:
        if isinstance(back, KmerSettings):
            back = replace(back, reference=home / back.reference, key=home / back.key)
        elif isinstance(back, HmmSettings):
            back = replace(back, profiles=home / back.profiles)
        backs.append(back)
    override = settings.override
    if override is not None:
        override = replace(override, key=home / override.key)
    return replace(
        settings, folder=home / settings.folder, screener=tuple(backs), override=override
    )
