"""Profiles of protein families as a back end, through pyhmmer (the extra ``hmm``).

Each text is translated in six frames with the standard code; a stop is read as any residue, so that a
suppressed or reassigned one ends no match.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from biowright.bio import six_frames
from biowright.core import InputError, Molecule, ScreeningRefused, Sequence

from .items import Batch, Item
from .verdict import Backing, Finding, Place

__all__ = ["HmmScreener"]

CHUNK, OVERLAP = 5_000, 1_000  # residues
WINDOW = 16  # residues; no shorter match is a finding, as with k-mers
_TURN = 3_000  # letters that are read over the origin of a circle


class HmmScreener:
    """HMMER 3 profiles against the six translations of each text.

    Parameters
    ----------
    profiles : path
        A file of profiles.
    dated : str
        The day of the profiles, ISO 8601.
    expect : float, default 1e-5
        The largest E-value that counts, for profiles without a gathering threshold.

    Raises
    ------
    ScreeningRefused
        pyhmmer is not installed.
    InputError
        The file cannot be read, or holds no profiles.
    """

    def __init__(
        self, profiles: str | os.PathLike[str], *, dated: str, expect: float = 1e-5
    ) -> None:
        try:
            import pyhmmer
        except ImportError:
            raise ScreeningRefused(
                "the back end profiles is missing: pyhmmer is not installed",
                hint="pip install 'biowright[hmm]'",
            ) from None
        self._pyhmmer: Any = pyhmmer
        self.path, self.dated, self.expect = Path(profiles), dated, expect
        try:
            data = self.path.read_bytes()
            with pyhmmer.plan7.HMMFile(self.path) as file:
                self._models = list(file)
        except (OSError, EOFError, ValueError) as error:
            raise InputError(f"the profiles cannot be read ({error})", path=self.path) from None
        if not self._models:
            raise InputError("there is no profile in the file", path=self.path)
        if any(not model.alphabet.is_amino() for model in self._models):
            raise InputError("these are no profiles of proteins", path=self.path)
        self._checksum = hashlib.sha256(data).hexdigest()

    @property
    def name(self) -> str:
        """``profiles``."""
        return "profiles"

    def backing(self) -> Backing:
        """Tell which profiles they are."""
        return Backing(self.name, self.path.name, self._checksum, self.dated)

    def screen(self, batch: Batch) -> list[Finding]:
        """Find families in the pieces and in what they give when joined."""
        easel = self._pyhmmer.easel
        alphabet = easel.Alphabet.amino()
        chunks = [chunk for item in (*batch.items, *batch.joined) for chunk in _translations(item)]
        block = easel.DigitalSequenceBlock(
            alphabet,
            [
                easel.TextSequence(name=str(i).encode(), sequence=chunk[-1]).digitize(alphabet)
                for i, chunk in enumerate(chunks)
            ],
        )
        findings: dict[tuple[str, Place], Finding] = {}
        if not len(block):
            return []
        for model in self._models:
            limit: dict[str, Any] = {"E": self.expect, "domE": self.expect}
            if model.cutoffs.gathering_available():
                limit = {"bit_cutoffs": "gathering"}
            for hits in self._pyhmmer.hmmsearch([model], block, cpus=1, **limit):
                for finding in self._findings(model, hits, chunks):
                    findings[finding.label, finding.places[0]] = finding
        return list(findings.values())

    def _findings(self, model: Any, hits: Any, chunks: list[Any]) -> Iterator[Finding]:
        label = _text(model.name)
        for hit in hits.reported:
            item, strand, offset, length, _ = chunks[int(_text(hit.name))]
            for domain in hit.domains.reported:
                low, high = domain.alignment.target_from - 1, domain.alignment.target_to
                if high - low < WINDOW:
                    continue
                start, end = offset + 3 * low, offset + 3 * high
                if strand == -1:
                    start, end = length - end, length - start
                yield Finding(
                    self.name,
                    "profile",
                    label,
                    (Place(item.name, start, end, strand),),
                    3 * (high - low),
                    0.0,
                    f"E-value {domain.i_evalue:.2g}, {domain.score:.1f} bits",
                )


def _translations(item: Item) -> Iterator[tuple[Item, int, int, int, str]]:
    """Give strand, offset in letters on the strand, length of the text, and residues."""
    letters = item.letters + (item.letters[:_TURN] if item.circular else "")
    for frame in six_frames(Sequence(letters, Molecule.DNA)):
        residues = str(frame.protein).replace("*", "X")
        for at in range(0, max(1, len(residues) - OVERLAP), CHUNK - OVERLAP):
            part = residues[at : at + CHUNK]
            if len(part) >= WINDOW:
                yield item, frame.strand, frame.offset + 3 * at, len(letters), part


def _text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name
