"""Other screeners as back ends: a request as a file, a program that is run, an answer as a file.

The request is FASTA; each title is the SHA-256 of the letters. The answer is JSON:

    {"screener": "...", "version": "...", "reference": "...", "dated": "2026-01-31",
     "screened": ["SHA-256", ...],
     "findings": [{"piece": "SHA-256", "label": "...", "start": 0, "end": 90, "strand": 1}]}

What is not named under ``screened`` was not screened, and the whole answer is refused.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from biowright.core import ScreeningRefused

from .items import Batch, Item
from .verdict import Backing, Finding, Place

__all__ = ["ExternalScreener"]

_LARGEST = 1 << 28  # bytes of an answer
_TURN = 200  # letters


@dataclass(frozen=True, slots=True)
class _Found:
    piece: str
    label: str
    start: int
    end: int
    strand: int = 1
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    screener: str
    version: str
    reference: str
    dated: str
    screened: list[str]
    findings: list[_Found]


class ExternalScreener:
    """A program that reads a request file and writes an answer file.

    Parameters
    ----------
    name : str
    command : sequence of str
        The program and its arguments, without a shell; ``{request}`` and ``{answer}`` in them stand
        for the two files.
    timeout : float, default 600
        In s.
    """

    def __init__(self, name: str, command: Sequence[str], *, timeout: float = 600.0) -> None:
        self._name = name
        self.command = tuple(command)
        self.timeout = timeout
        self._answered: _Answer | None = None

    @property
    def name(self) -> str:
        """What it is called in findings."""
        return self._name

    def backing(self) -> Backing:
        """Tell what the program said about itself in its last answer."""
        told = self._answered
        if told is None:
            return Backing(self.name, "", "", "")
        return Backing(
            self.name, f"{told.screener} {told.version}, {told.reference}", "", told.dated
        )

    def screen(self, batch: Batch) -> list[Finding]:
        """Let the program look at the pieces and at what they give when joined.

        Raises
        ------
        ScreeningRefused
            The program is missing, fails, takes too long, or does not answer for every piece.
        """
        texts = {_written(item): item for item in (*batch.items, *batch.joined)}
        items = {hashlib.sha256(text.encode()).hexdigest(): item for text, item in texts.items()}
        with tempfile.TemporaryDirectory(prefix="biowright-screening-") as folder:
            request, answer = Path(folder) / "request.fasta", Path(folder) / "answer.json"
            request.write_text(
                "".join(f">{n}\n{text}\n" for n, text in zip(items, texts, strict=True)), "ascii"
            )
            self._run(request, answer)
            told = self._read(answer)
        missing = items.keys() - set(told.screened)
        if missing:
            raise self._refused(f"answered for {len(items) - len(missing)} of {len(items)} pieces")
        self._answered = told
        return [self._finding(found, items) for found in told.findings]

    def _run(self, request: Path, answer: Path) -> None:
        places = {"{request}": str(request), "{answer}": str(answer)}
        words = []
        for word in self.command:
            for mark, place in places.items():
                word = word.replace(mark, place)
            words.append(word)
        try:
            done = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise self._refused(f"took longer than {self.timeout:g} s") from None
        except OSError as error:
            raise self._refused(f"cannot be run ({error.strerror})") from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise self._refused(
                f"ended with {done.returncode}" + (f": {said[-1][:200]}" if said else "")
            )

    def _read(self, answer: Path) -> _Answer:
        try:
            with answer.open("rb") as file:
                data = file.read(_LARGEST + 1)
        except OSError as error:
            raise self._refused(f"left no answer ({error.strerror})") from None
        if len(data) > _LARGEST:
            raise self._refused("left an answer that is too large")
        try:
            return TypeAdapter(_Answer).validate_json(data, strict=True)
        except ValidationError as error:
            detail = error.errors(include_url=False)[0]
            place = ".".join(map(str, detail["loc"])) or "the document"
            raise self._refused(f"left an answer that is wrong: {place}: {detail['msg']}") from None

    def _finding(self, found: _Found, items: dict[str, Item]) -> Finding:
        if found.piece not in items:
            raise self._refused("found something in a piece that it was not given")
        item = items[found.piece]
        place = Place(item.name, found.start, found.end, found.strand)
        extent = found.end - found.start
        return Finding(self.name, "external", found.label, (place,), extent, 1.0, found.detail)

    def _refused(self, what: str) -> ScreeningRefused:
        return ScreeningRefused(
            f"the back end {self.name} {what}",
            hint="mend it, then screen again; without it nothing leaves",
        )


def _written(item: Item) -> str:
    """Give the letters of a piece; those of a circle go on over its origin."""
    return item.letters + (item.letters[:_TURN] if item.circular else "")
