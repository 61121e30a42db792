"""The gate: the one place through which orders, protocols and synthesis plans leave."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from biowright.core import InputError, ScreeningRefused
from biowright.formats import open_output

from .audit import Audit
from .backs import Back, load_back, run_back
from .demo import demo_reference
from .items import Batch, Item, Pieces, digest_of, gather
from .kmers import KmerScreener
from .reference import new_key, read_key
from .screener import Screener
from .settings import (
    VARIABLE,
    SafetySettings,
)
from .verdict import Backing, Clearance, Finding, Override, Verdict, canonical, moment

if TYPE_CHECKING:
    from .history import History

__all__ = ["PROCESS_KEY", "Gate"]

PROCESS_KEY = os.urandom(32)
"""Seals the verdicts of gates without a folder; they hold in this process only."""


class Gate:
    """The one stateful object of the safety room: back ends, history, audit and keys.

    Without settings it is the demonstration: the built-in reference of made-up stand-ins, no state,
    and everything that leaves is marked as not for ordering.

    Parameters
    ----------
    settings : SafetySettings, optional
    screeners : iterable of Screener, optional
        Back ends of one's own instead of those that the settings name.

    Raises
    ------
    InputError, FormatError
        The settings name what is not there, or a key or a reference that cannot be read.

    Examples
    --------
    >>> gate = Gate()
    >>> verdict = gate.screen({"insert": "ATGGCTAGCAAAGGTTGA"})
    >>> verdict.outcome, gate.require(verdict, {"insert": "ATGGCTAGCAAAGGTTGA"}).marking
    ('pass', 'screened with the DEMO reference: not for ordering')
    """

    def __init__(
        self,
        settings: SafetySettings | None = None,
        screeners: Iterable[Screener] | None = None,
    ) -> None:
        self.settings = settings
        self.audit: Audit | None = None
        self.history: History | None = None
        self.lifetime = 24.0
        self._key = PROCESS_KEY
        if settings is not None:
            from .history import History

            folder = settings.folder
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(
                    f"the gate's folder cannot be made ({error.strerror})", path=folder
                ) from None
            self._key = _own_key(folder / "seal.key")
            self.history = History(folder / "history.db", settings.memory)
            self.audit = Audit(folder / "audit.jsonl", self._key)
            self.lifetime = settings.lifetime
        self._given = None if screeners is None else tuple(screeners)
        self._backs: tuple[Back, ...] | None = None

    @property
    def name(self) -> str:
        """A name of the gate's key, by which a verdict says where it comes from."""
        return hashlib.sha256(b"gate " + self._key).hexdigest()[:16]

    @property
    def demo(self) -> bool:
        """Whether this is only the demonstration."""
        return self.settings is None and self._given is None

    def screen(self, pieces: Pieces, *, customer: str = "", now: datetime | None = None) -> Verdict:
        """Screen pieces, alone and joined, also with what the customer ordered before.

        Parameters
        ----------
        pieces
            See `gather`.
        customer : str, default ""
            Whose earlier orders are looked at together with these pieces.
        now : datetime, optional
            The time; the clock's by default.

        Returns
        -------
        Verdict
            Passed or flagged.

        Raises
        ------
        ScreeningRefused
            A back end is missing, stale, crashed or out of time: there is no verdict.
        InputError
            A piece cannot be read.
        """
        items = gather(pieces)
        now = now or datetime.now(UTC)
        try:
            verdict = self._screen(items, customer, now)
        except ScreeningRefused as error:
            self._log("failed", {"why": error.what, "customer": customer}, now)
            raise
        self._log(
            "screened",
            {
                "content": verdict.content,
                "outcome": verdict.outcome,
                "customer": customer,
                "pieces": len(items),
                "labels": sorted({finding.label for finding in verdict.findings}),
            },
            now,
        )
        return verdict

    def _screen(self, items: Sequence[Item], customer: str, now: datetime) -> Verdict:
        checksums = tuple(sorted({item.checksum for item in items}))
        earlier = self._earlier(customer, checksums, now)
        backs = self._ready()
        batch = Batch(tuple(items), earlier)
        findings: list[Finding] = []
        backings: list[Backing] = []
        for back in backs:
            backing, found = run_back(back, batch, now)
            backings.append(backing)
            findings += found
        verdict = Verdict(
            "flagged" if findings else "pass",
            checksums,
            tuple(findings),
            tuple(backings),
            customer,
            digest_of(earlier),
            moment(now),
            moment(now + timedelta(hours=self.lifetime)),
            self.name,
        )
        if findings and self.settings is not None:
            verdict = self._remember(verdict)
        return verdict.sealed(self._key)

    def _remember(self, verdict: Verdict) -> Verdict:
        """Keep a flagged verdict for the reviewers, or add what they decided about it before."""
        path = self._file("overrides", verdict.content)
        if path.is_file():
            from pydantic import TypeAdapter

            return replace(verdict, override=TypeAdapter(Override).validate_json(path.read_bytes()))
        with open_output(self._file("flagged", verdict.content), force=True) as output:
            output.write(verdict.sealed(self._key).to_json().encode())
        return verdict

    def flagged(self, content: str) -> Verdict:
        """Give the last verdict that flagged a content, by the content's checksum.

        Raises
        ------
        InputError
            There is none.
        """
        known = re.fullmatch(r"[0-9a-f]{64}", content) and self._file("flagged", content)
        if not known or not known.is_file():
            raise InputError(
                f"nothing with the content '{content}' was flagged by this gate",
                hint="biowright safety audit lists what was screened",
            )
        return Verdict.from_json(known.read_bytes())

    def _file(self, folder: str, content: str) -> Path:
        assert self.settings is not None
        home = self.settings.folder / folder
        home.mkdir(exist_ok=True)
        return home / f"{content}.json"

    def _earlier(self, customer: str, without: Iterable[str], now: datetime) -> tuple[Item, ...]:
        return () if self.history is None else self.history.pieces(customer, without, now)

    def require(
        self, verdict: Verdict | None, pieces: Pieces, *, now: datetime | None = None
    ) -> Clearance:
        """Check that a verdict lets exactly these pieces leave, now; note them as ordered.

        Parameters
        ----------
        verdict : Verdict or None
        pieces
            What is about to leave; see `gather`.
        now : datetime, optional

        Returns
        -------
        Clearance
            What exports ask for.

        Raises
        ------
        ScreeningRefused
            There is no verdict; it was made by another gate, changed, is for other pieces or too old;
            the pieces are flagged and nobody overrode that; or other orders of the customer came in
            between. The error says what to do.
        """
        items = gather(pieces)
        now = now or datetime.now(UTC)
        with self._alone():  # so that the history does not change between the check and the note
            try:
                clearance = self._require(verdict, items, now)
            except ScreeningRefused as error:
                self._log("refused", {"why": error.what, "pieces": len(items)}, now)
                raise
            self._log("cleared", {"content": clearance.verdict.content, "pieces": len(items)}, now)
            if self.history is not None:
                self.history.add(clearance.verdict.customer, items, now)
        return clearance

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self.settings is None:
            yield
            return
        with (self.settings.folder / "gate.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _require(self, verdict: Verdict | None, items: Sequence[Item], now: datetime) -> Clearance:
        again = "screen the pieces again: biowright safety screen FILE"
        if not isinstance(verdict, Verdict):
            raise ScreeningRefused(
                "nothing leaves without a screening verdict", hint=f"{again}, or screen(pieces)"
            )
        if verdict.gate != self.name or not verdict.genuine(self._key):
            raise ScreeningRefused(
                "the verdict was not made by this gate, or was changed",
                hint="a gate without settings seals for one process only; " + again,
            )
        if not now.astimezone(UTC) < datetime.fromisoformat(verdict.expires):
            raise ScreeningRefused(f"the verdict expired at {verdict.expires}", hint=again)
        if now.astimezone(UTC) < datetime.fromisoformat(verdict.issued) - timedelta(minutes=5):
            raise ScreeningRefused(
                f"the verdict is of {verdict.issued}, which is still to come",
                hint="set the clock right",
            )
        wanted = {item.checksum: item.name for item in items}
        unknown = [name for checksum, name in wanted.items() if checksum not in verdict.pieces]
        if unknown:
            raise ScreeningRefused(
                f"the verdict is for other pieces: {', '.join(unknown[:5])} "
                f"{'was' if len(unknown) == 1 else 'were'} not screened",
                hint=again,
            )
        if self.demo != verdict.demo:
            raise ScreeningRefused(
                "the verdict comes from other back ends than this gate has", hint=again
            )
        if not verdict.passed:
            self._overridden(verdict)
        earlier = self._earlier(verdict.customer, verdict.pieces, now)
        if digest_of(earlier) != verdict.history:
            raise ScreeningRefused(
                "other orders of this customer were cleared since the screening", hint=again
            )
        return Clearance.of(verdict, (item.name for item in items), PROCESS_KEY)

    def _overridden(self, verdict: Verdict) -> None:
        labels = sorted({finding.label for finding in verdict.findings})
        if verdict.override is None:
            raise ScreeningRefused(
                f"the pieces are flagged: {', '.join(labels[:5])}",
                hint="look at the findings; a reviewer may sign: biowright safety override",
            )
        told = verdict.override
        expected = _signature(self._reviewers(), verdict, told)
        if not hmac.compare_digest(expected, told.signature):
            raise ScreeningRefused(
                "the override's signature does not fit", hint="a reviewer has to sign it again"
            )

    def override(
        self,
        verdict: Verdict,
        *,
        reviewer: str,
        reason: str,
        key: bytes,
        now: datetime | None = None,
    ) -> Verdict:
        """Let a reviewer decide that flagged pieces may leave; it is signed and logged.

        Parameters
        ----------
        verdict : Verdict
            Flagged, and made by this gate.
        reviewer, reason : str
            Who, and why, in words.
        key : bytes
            The reviewers' key. See `Override` for what the signature proves.
        now : datetime, optional

        Raises
        ------
        InputError
            No reason or reviewer is given, the key is not the reviewers' one, or the gate has no state
            to log to.
        ScreeningRefused
            The verdict is not from this gate, or nothing is flagged.
        """
        now = now or datetime.now(UTC)
        if not reviewer.strip() or len(reason.strip()) < 10:
            raise InputError(
                "an override names its reviewer and gives a reason",
                expected="a reason of ten letters at least",
            )
        if verdict.gate != self.name or not verdict.genuine(self._key):
            raise ScreeningRefused("the verdict was not made by this gate, or was changed")
        if verdict.passed:
            raise ScreeningRefused("nothing is flagged, so that there is nothing to override")
        if not hmac.compare_digest(key, self._reviewers()):
            raise InputError(
                "this is not the reviewers' key", hint="it is named in [override] of the settings"
            )
        signed = Override(reviewer.strip(), reason.strip(), moment(now), "")
        signed = replace(signed, signature=_signature(key, verdict, signed))
        self._log(
            "override",
            {"content": verdict.content, "reviewer": signed.reviewer, "reason": signed.reason},
            now,
        )
        with open_output(self._file("overrides", verdict.content), force=True) as output:
            output.write(json.dumps(asdict(signed), indent=2).encode())
        return replace(verdict, override=signed).sealed(self._key)

    def _reviewers(self) -> bytes:
        if self.settings is None or self.settings.override is None or self.audit is None:
            raise InputError(
                "this gate has no reviewers",
                hint=f"name their key in [override] of the settings file that {VARIABLE} names",
            )
        return read_key(self.settings.override.key)

    def _ready(self) -> tuple[Back, ...]:
        """Load the back ends, once; what cannot be loaded is a refusal."""
        if self._backs is None:
            if self._given is not None:
                self._backs = tuple(Back(screener, 90.0) for screener in self._given)
            elif self.settings is None:
                self._backs = (Back(KmerScreener(demo_reference()), None),)
            else:
                self._backs = tuple(load_back(one) for one in self.settings.screener)
        if not self._backs:
            raise ScreeningRefused(
                "no back end is set up", hint="add a [[screener]] to the settings"
            )
        return self._backs

    def _log(self, event: str, told: dict[str, object], now: datetime) -> None:
        if self.audit is not None:
            self.audit.append(event, told, now)


def _own_key(path: Path) -> bytes:
    """Read the gate's key, made when it is first wanted."""
    try:
        return new_key(path, 32)
    except InputError:
        return read_key(path, 32)


def _signature(key: bytes, verdict: Verdict, override: Override) -> str:
    told = [verdict.content, override.reviewer, override.reason, override.signed]
    return hmac.new(key, b"override " + canonical(told), hashlib.sha256).hexdigest()
