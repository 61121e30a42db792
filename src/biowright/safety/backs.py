"""The back ends of a gate: how they are loaded, and what counts as their failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from biowright.core import BiowrightError, InputError, ScreeningRefused

from .items import Batch
from .kmers import KmerScreener
from .reference import read_key, read_reference
from .screener import Screener
from .settings import ExternalSettings, HmmSettings, KmerSettings
from .verdict import Backing, Finding

__all__ = ["Back", "load_back", "run_back"]


@dataclass(frozen=True, slots=True)
class Back:
    """A screener, and for how many days its reference is good; None is for ever."""

    screener: Screener
    age: float | None


def load_back(
    settings: KmerSettings | HmmSettings | ExternalSettings,
) -> Back:
    """Make the back end that settings name; what it needs is read and checked."""
    try:
        match settings:
            case KmerSettings():
                reference = read_reference(settings.reference, read_key(settings.key))
                if reference.demo:
                    raise InputError(
                        "this is a demo reference",
                        path=settings.reference,
                        hint="build one of your own: biowright safety reference",
                    )
                return Back(KmerScreener(reference), settings.age)
            case HmmSettings():
                from .profiles import HmmScreener

                return Back(
                    HmmScreener(settings.profiles, dated=settings.dated, expect=settings.expect),
                    settings.age,
                )
            case ExternalSettings():
                from .external import ExternalScreener

                screener = ExternalScreener(
                    settings.name, settings.command, timeout=settings.timeout
                )
                return Back(screener, settings.age)
    except ScreeningRefused:
        raise
    except BiowrightError as error:
        raise ScreeningRefused(
            f"a back end is missing, so that nothing can be screened: {error}",
            hint="put it back, or correct the safety settings",
        ) from None


def run_back(back: Back, batch: Batch, now: datetime) -> tuple[Backing, list[Finding]]:
    """Let a back end look; whatever it raises is a refusal."""
    name = getattr(back.screener, "name", type(back.screener).__name__)
    try:
        findings = list(back.screener.screen(batch))
        backing = back.screener.backing()
    except ScreeningRefused:
        raise
    except Exception as error:
        raise ScreeningRefused(
            f"the back end {name} failed: {type(error).__name__}: {error}",
            hint="mend it, then screen again; without it nothing leaves",
        ) from error
    if back.age is None:
        return backing, findings
    try:
        day = date.fromisoformat(backing.dated)
    except ValueError:
        raise ScreeningRefused(
            f"the back end {name} does not tell how old its reference is",
            hint="its reference must carry a day such as 2026-01-31",
        ) from None
    days = (now.astimezone(UTC).date() - day).days
    if days > back.age:
        raise ScreeningRefused(
            f"the reference {backing.reference} of {name} is stale: it is {days} days old, at most "
            f"{back.age:g} are allowed",
            hint="get or build a current one",
        )
    if days < -1:
        raise ScreeningRefused(
            f"the reference {backing.reference} of {name} is of {backing.dated}, still to come",
            hint="set the clock right, or get a reference with the right day",
        )
    return backing, findings
