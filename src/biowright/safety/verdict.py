"""What a screening answers: findings, the back ends behind them, and a verdict that binds to content."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from biowright.core import InputError

__all__ = ["Backing", "Clearance", "Finding", "Override", "Place", "Verdict"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a piece something was found.

    Parameters
    ----------
    item : str
        The name of the piece, or of pieces joined by ``+``.
    start, end : int
        0-based, half-open, on the forward strand; over the origin of a circle, the end exceeds its
        length.
    strand : int
        +1 or -1.
    """

    item: str
    start: int
    end: int
    strand: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason not to let an order leave.

    Parameters
    ----------
    screener : str
        Which back end found it.
    kind : str
        ``protein`` or ``dna`` by what was compared, ``profile``, ``external``, or ``unscreenable``
        where too many letters are ambiguous to look at all that they may be.
    label : str
        What it resembles, as the reference calls it.
    places : tuple of Place
        In which pieces.
    extent : int
        How many letters of the reference are covered from end to end, in nt.
    identity : float
        The share of these that is the same.
    detail : str
        More, in words.
    """

    screener: str
    kind: str
    label: str
    places: tuple[Place, ...]
    extent: int
    identity: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Backing:
    """What stands behind a verdict: one back end and its reference.

    Parameters
    ----------
    screener : str
    reference : str
        The name of the reference, and its version if it has one.
    checksum : str
        Of the reference's content, as far as the back end tells it.
    dated : str
        The day of the reference, ISO 8601.
    demo : bool
        Whether it is only the built-in demonstration, which protects nobody.
    """

    screener: str
    reference: str
    checksum: str
    dated: str
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Override:
    """A reviewer's signed decision that flagged pieces may leave.

    Parameters
    ----------
    reviewer : str
    reason : str
    signed : str
        When, ISO 8601.
    signature : str
        HMAC-SHA256 over the verdict, the reviewer, the reason and the time, in hex. It proves that
        somebody who had the reviewers' key decided so about exactly these pieces and findings; it
        does not prove who, since whoever can check it could also have made it.
    """

    reviewer: str
    reason: str
    signed: str
    signature: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says about exactly these pieces, for a limited time.

    Parameters
    ----------
    outcome : str
        ``pass`` or ``flagged``.
    pieces : tuple of str
        The checksums of the pieces, sorted.
    findings : tuple of Finding
    backings : tuple of Backing
    customer : str
    history : str
        The checksum of the customer's earlier pieces that were looked at together with these.
    issued, expires : str
        ISO 8601, in UTC.
    gate : str
        Which gate sealed it.
    override : Override, optional
    seal : str
        HMAC-SHA256 of all the rest by the gate's key, in hex.
    """

    outcome: str
    pieces: tuple[str, ...]
    findings: tuple[Finding, ...]
    backings: tuple[Backing, ...]
    customer: str
    history: str
    issued: str
    expires: str
    gate: str
    override: Override | None = None
    seal: str = ""

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return self.outcome == "pass"

    @property
    def demo(self) -> bool:
        """Whether only the demo reference stands behind it."""
        return all(backing.demo for backing in self.backings)

    @property
    def content(self) -> str:
        """The checksum of what was decided on: pieces, findings, back ends, customer and history."""
        told = {
            name: value
            for name, value in asdict(self).items()
            if name in ("outcome", "pieces", "findings", "backings", "customer", "history")
        }
        return hashlib.sha256(canonical(told)).hexdigest()

    def sealed(self, key: bytes) -> Verdict:
        """Seal it with a gate's key."""
        return replace(self, seal=self._mac(key))

    def genuine(self, key: bytes) -> bool:
        """Tell whether the seal is that of a key, and nothing was changed since."""
        return hmac.compare_digest(self.seal, self._mac(key))

    def _mac(self, key: bytes) -> str:
        told = asdict(replace(self, seal=""))
        return hmac.new(key, b"verdict " + canonical(told), hashlib.sha256).hexdigest()

    def to_json(self) -> str:
        """Give it as a JSON document, to be read with `from_json`."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Verdict:
        """Read a verdict.

        Raises
        ------
        InputError
            It is none.
        """
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(cls).validate_json(text)
        except ValidationError as error:
            detail = error.errors(include_url=False)[0]
            place = ".".join(map(str, detail["loc"])) or "the document"
            raise InputError(
                f"this is no verdict: {place}: {detail['msg']}",
                hint="biowright safety screen FILE --out VERDICT.json writes one",
            ) from None


@dataclass(frozen=True, slots=True)
class Clearance:
    """The proof that a verdict was checked against the pieces: what an export asks for.

    Only `Gate.require` gives one.

    Parameters
    ----------
    verdict : Verdict
    names : frozenset of str
        The names under which the pieces were shown.
    proof : str
        By which an export sees that it is genuine.
    """

    verdict: Verdict
    names: frozenset[str]
    proof: str = ""

    @classmethod
    def of(cls, verdict: Verdict, names: Iterable[str], key: bytes) -> Clearance:
        """Make the clearance of a verdict that was checked."""
        bare = cls(verdict, frozenset(names))
        return replace(bare, proof=bare._mac(key))

    def genuine(self, key: bytes) -> bool:
        """Tell whether `Gate.require` gave it, in this process."""
        return hmac.compare_digest(self.proof, self._mac(key))

    def _mac(self, key: bytes) -> str:
        told = canonical([self.verdict.seal, sorted(self.names)])
        return hmac.new(key, b"clearance " + told, hashlib.sha256).hexdigest()

    @property
    def marking(self) -> str:
        """What every exported file says about its screening; the same whenever it is written."""
        if self.verdict.demo:
            return "screened with the DEMO reference: not for ordering"
        told = "; ".join(f"{b.reference} ({b.dated})" for b in self.verdict.backings)
        if self.verdict.override is not None:
            return f"flagged by {told}; released by {self.verdict.override.reviewer}"
        return f"screened with {told}"

    def document(self) -> dict[str, Any]:
        """Give what a work package keeps of the screening; nothing in it depends on the time."""
        verdict = self.verdict
        return {
            "screening": self.marking,
            "outcome": verdict.outcome,
            "backings": [asdict(backing) for backing in verdict.backings],
            "findings": [asdict(finding) for finding in verdict.findings],
            "override": None if verdict.override is None else asdict(verdict.override),
            "content": verdict.content,
            "pieces": list(verdict.pieces),
        }


def canonical(told: object) -> bytes:
    """Give a JSON form that is the same for the same content."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def moment(time: datetime) -> str:
    """Write a time as ISO 8601 in UTC, to the second."""
    return time.astimezone(UTC).isoformat(timespec="seconds")
