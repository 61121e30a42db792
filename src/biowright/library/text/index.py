"""Words to versions: exact, by their beginning, and with typos."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from biowright.core import InputError

from ..database import Database
from ..roles import ROLES
from .segment import Segment, build, open_segment
from .words import EXACT, folded, likeness, raise_to, split, tokens, word_hash

if TYPE_CHECKING:
    import numpy.typing as npt

    Keep = Callable[[list[int]], Iterable[int]]

__all__ = ["TextHit", "TextIndex"]

# from so many on, what is new is made a segment
TAIL = 2000
# versions of a segment that is not made anew with others: what it takes to make one is bounded
FULL = 1 << 20
_NAME = re.compile(r"(\d+)-(\d+)\.text")
_BEYOND = 0.8  # how much a word counts that does not stand in the name
_LINES = str.maketrans("\n\r\x01", "   ")


@dataclass(frozen=True, slots=True)
class TextHit:
    """A version that words were found in.

    Parameters
    ----------
    number : int
    score : float
        1 where all words stand in its name as they were written.
    """

    number: int
    score: float


class TextIndex:
    """The index of a library's texts.

    Parameters
    ----------
    database : Database
    folder : path
        Where the segments lie; it is made when the first is written.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._open: dict[str, Segment] = {}

    def update(self, last: int) -> None:
        """Make segments of what is new, if it is much."""
        segments = self._segments()
        done = segments[-1].last if segments else 0
        if last - done < TAIL:
            return
        first = done + 1
        # a segment that is no larger than what follows it is made anew with it
        while segments:
            size = segments[-1].last - segments[-1].first + 1
            if size >= min(FULL, 2 * (last - first + 1)):
                break
            first = segments.pop().first
        self._folder.mkdir(parents=True, exist_ok=True)
        made = [(at, min(at + FULL - 1, last)) for at in range(first, last + 1, FULL)]
        for low, high in made:
            texts = b"".join(self._lines(low, high))
            build(texts, low, high, self._folder / f"{low}-{high}.text")
        self._tidy(made)

    def verify(self, last: int) -> bool:
        """Read all segments; make anew what is damaged, and tell whether all was well."""
        self._open.clear()
        before = set(self._folder.glob("*.text"))
        self._segments()  # which removes those that are damaged
        damaged = before - set(self._folder.glob("*.text"))
        self.update(last)
        return not damaged

    def _tidy(self, made: list[tuple[int, int]]) -> None:
        """Remove the segments that others have taken the place of."""
        first, last = made[0][0], made[-1][1]
        for path in self._folder.glob("*.text"):
            if match := _NAME.fullmatch(path.name):
                low, high = int(match[1]), int(match[2])
                if first <= low and high <= last and (low, high) not in made:
                    path.unlink(missing_ok=True)

    def _segments(self) -> list[Segment]:
        """Give segments that follow each other from the first number on."""
        found: dict[int, list[tuple[int, Path]]] = {}
        for path in self._folder.glob("*.text") if self._folder.is_dir() else ():
            if match := _NAME.fullmatch(path.name):
                found.setdefault(int(match[1]), []).append((int(match[2]), path))
        segments: list[Segment] = []
        at = 1
        while at in found:
            segment = None
            for _, path in sorted(found.pop(at), reverse=True):
                segment = self._open.get(path.name) or open_segment(path)
                if segment is not None:
                    self._open[path.name] = segment
                    break
                path.unlink(missing_ok=True)  # damaged: made again from the store
            if segment is None:
                break
            segments.append(segment)
            at = segment.last + 1
        return segments

    def _lines(self, first: int, last: int) -> Iterator[bytes]:
        roles = {id: _role_words(text) for text, id in self._database.texts("role").items()}
        for at in range(first, last + 1, 20_000):
            if plain := self._plain(at, min(at + 19_999, last)):
                yield folded(plain).encode("utf-8", "replace")
                continue
            rows = self._database.quick(
                "SELECT name, description, role FROM library_versions "
                "WHERE number >= ? AND number <= ? ORDER BY number",
                (at, min(at + 19_999, last)),
            )
            # a line end could not be told from the end of a document
            lines = [
                f"{name.translate(_LINES)}\x01{(description or '').translate(_LINES)} "
                f"{roles.get(role, '')}"
                for name, description, role in rows
            ]
            yield folded("\n".join(lines) + "\n").encode("utf-8", "replace")

    def _plain(self, first: int, last: int) -> str | None:
        """Let SQLite write the lines of versions without roles, which many are."""
        if not self._database.sqlite:
            return None
        between = "WHERE number >= ? AND number <= ?"
        table = "library_versions"
        if self._database.quick(
            f"SELECT 1 FROM {table} {between} AND (role IS NOT NULL OR description IS NOT NULL"
            " OR instr(name, char(10)) OR instr(name, char(13)) OR instr(name, char(1))) LIMIT 1",
            (first, last),
        ):
            return None
        ((text,),) = self._database.quick(
            f"SELECT group_concat(name, char(1, 10)) FROM (SELECT name FROM {table} {between} "
            "ORDER BY number)",
            (first, last),
        )
        return None if text is None else f"{text}\x01\n"

    def find(self, words: str, limit: int, last: int, keep: Keep) -> list[TextHit]:
        """Find the versions that words stand in, best first: see `Library.find_text`."""
        wanted = list(dict.fromkeys(split(words)))
        if not wanted:
            raise InputError(f"there is no word in '{words}'", expected="letters or digits")
        if limit < 1:
            raise InputError(f"a limit of {limit}", expected="1 or more")
        self.update(last)
        segments = self._segments()
        done = segments[-1].last if segments else 0
        pools = [_Pool(s.first, s) for s in segments]
        texts = b"".join(self._lines(done + 1, last)) if done < last else b""
        pools.append(_Pool(done + 1, _Loose(texts)))
        pools.append(_Pool(0, self._labels()))
        found = [pool.look(wanted) for pool in pools]
        weights = []
        for place in range(len(wanted)):
            frequency = sum(result.counts[place] for result in found)
            weights.append(math.log(1 + (last + 1) / (frequency + 1)))
        total = sum(weights)
        numbers = np.concatenate([result.numbers for result in found])
        scores = np.concatenate([result.scores(weights) for result in found]) / total
        return _best(numbers, scores, limit, keep)

    def _labels(self) -> _Loose:
        rows = self._database.quick(
            "SELECT part, text FROM library_labels WHERE removed IS NULL ORDER BY id", ()
        )
        if not rows:
            return _Loose(b"")
        newest = _newest(self._database, [part for part, _ in rows])
        lines = [folded(text).translate(_LINES) + "\n" for _, text in rows]
        numbers = np.array([newest[part] for part, _ in rows], np.int64)
        return _Loose("".join(lines).encode("utf-8", "replace"), numbers)


def _role_words(text: str) -> str:
    return " ".join(ROLES.get(role, role).replace("_", " ") for role in text.split())


def _newest(database: Database, parts: list[int]) -> dict[int, int]:
    from ..history import chain

    return {part: chain(database, part)[-1] for part in set(parts)}


class _Loose:
    """Texts without a segment."""

    def __init__(self, texts: bytes, numbers: npt.NDArray[np.int64] | None = None) -> None:
        self.texts, self.numbers = texts, numbers


@dataclass(slots=True)
class _Found:
    numbers: npt.NDArray[np.int64]
    quality: npt.NDArray[np.float32]  # one row a word
    counts: list[int]

    def scores(self, weights: list[float]) -> npt.NDArray[np.float32]:
        return np.asarray(weights, np.float32) @ self.quality


class _Pool:
    """Documents that words are looked for in."""

    def __init__(self, first: int, kept: Segment | _Loose) -> None:
        self.first, self.kept = first, kept

    def look(self, wanted: list[bytes]) -> _Found:
        kept = self.kept
        if isinstance(kept, _Loose):
            rows = _loose(kept, wanted)
            numbers = kept.numbers
        else:
            rows = [_postings(kept, word) for word in wanted]
            numbers = None
        most = max((int(documents.max()) for documents, _ in rows if len(documents)), default=-1)
        dense = np.zeros((len(wanted), most + 1), np.float32)
        for place, (documents, values) in enumerate(rows):
            raise_to(dense[place], documents, values)
        found = np.flatnonzero(dense.any(axis=0))
        quality = dense[:, found]
        counts = [int(np.count_nonzero(row)) for row in quality]
        return _Found(found + self.first if numbers is None else numbers[found], quality, counts)


_Rows = tuple["npt.NDArray[np.int64]", "npt.NDArray[np.float32]"]


def _postings(segment: Segment, word: bytes) -> _Rows:
    """Give the documents with a word or one like it, and how well each fits."""
    exact = segment.word(word_hash(word))
    alike = likeness(segment.text, segment.text_bounds, word)
    places = np.flatnonzero(alike > 0)
    matches = {int(segment.spelled[place]): float(alike[place]) for place in places}
    if exact is not None:
        matches[exact] = EXACT
    return _merged([(segment.documents(place), value) for place, value in matches.items()])


def _merged(pieces: list[tuple[npt.NDArray[np.uint32], float]]) -> _Rows:
    if not pieces:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    marks = np.concatenate([documents for documents, _ in pieces])
    values = np.repeat(
        np.array([value for _, value in pieces], np.float32),
        [len(documents) for documents, _ in pieces],
    )
    values *= np.where(marks & 1, np.float32(1), np.float32(_BEYOND))
    return (marks >> 1).astype(np.int64), values


def _loose(kept: _Loose, wanted: list[bytes]) -> list[_Rows]:
    data = np.frombuffer(kept.texts, np.uint8)
    starts, ends, documents, _ = tokens(data)
    # the words one behind the other, as in a segment
    bounds = np.zeros(len(starts) + 1, np.int64)
    np.cumsum(ends - starts, out=bounds[1:])
    blob = b"".join(kept.texts[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True))
    text = np.frombuffer(blob, np.uint8)
    rows = []
    for word in wanted:
        alike = likeness(text, bounds, word)
        if word.isdigit():
            alike[alike < EXACT] = 0
        places = np.flatnonzero(alike > 0)
        marks = documents[places]
        values = alike[places] * np.where(marks & 1, np.float32(1), np.float32(_BEYOND))
        rows.append(((marks >> 1).astype(np.int64), values))
    return rows


def _best(
    numbers: npt.NDArray[np.int64], scores: npt.NDArray[np.float32], limit: int, keep: Keep
) -> list[TextHit]:
    """Give the best versions that are kept; of equal ones the first."""
    hits: dict[int, float] = {}
    size = max(4 * limit, 200)
    while len(hits) < limit:
        chosen = np.arange(len(numbers))
        if size < len(numbers):  # all that score no less than the best few
            chosen = np.flatnonzero(scores >= np.partition(scores, -size)[-size])
        order = chosen[np.lexsort((numbers[chosen], -scores[chosen].astype(np.float64)))]
        order = order[: max(size, 1)]
        pairs = list(zip(numbers[order].tolist(), scores[order].tolist(), strict=True))
        passed = set(keep([number for number, _ in pairs]))
        hits = {}
        for number, score in pairs:
            if number in passed and number not in hits and len(hits) < limit:
                hits[number] = round(score, 4)
        if size >= len(numbers):
            break
        size *= 16
    return [TextHit(number, score) for number, score in hits.items()]
