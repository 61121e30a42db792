"""A slow, obviously right model of editing: every letter carries a tag, and tags never change.

A feature is the list of its parts, and a part the list of the tags of its letters, ascending; a
part without letters is a mark between two letters. Where letters went is then read off the lists,
without any arithmetic on coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from biowright.core import Feature, Record, Span

_COMPLEMENT = str.maketrans("ACGTRYKMSWBDHVNacgtn", "TGCAYRMKSWVHDBNtgcan")
_MIRROR = {"before": "after", "after": "before"}


@dataclass(eq=False)
class Letter:
    """One letter, told from all others by being itself."""

    text: str
    score: int


@dataclass(eq=False)
class Mark:
    """A place between two letters."""


@dataclass
class Part:
    """One part: letters in ascending order or a mark; strand; what is uncertain at either end."""

    letters: list[Letter]
    strand: int
    mark: Mark | None = None
    low: str | None = None
    high: str | None = None


@dataclass
class Traced:
    """A feature of the model, with the number of letters that each edit took from it."""

    parts: list[Part]
    cuts: list[tuple[int, bool]] = field(default_factory=list)
    remote: bool = False


class Tagged:
    """The model of a record: letters and marks in order, marks before the next letter."""

    def __init__(self, record: Record) -> None:
        scores = record.quality or bytes(len(record))
        self.circular = record.circular
        letters = [Letter(t, s) for t, s in zip(str(record.sequence), scores, strict=True)]
        self.items: list[Letter | Mark] = list(letters)
        self.features = []
        marks: list[tuple[int, Mark]] = []
        for feature in record.features:
            traced = Traced([])
            for part in feature.location.parts:
                if part.accession is not None:
                    traced.remote = True
                    continue
                made = Part([], part.strand, None, _kind(part, True), _kind(part, False))
                if part.start == part.end:
                    made.mark = Mark()
                    marks.append((part.start, made.mark))
                else:
                    made.letters = [letters[p % len(letters)] for p in range(part.start, part.end)]
                traced.parts.append(made)
            self.features.append(traced)
        for position, mark in sorted(marks, key=lambda m: -m[0]):
            self.items.insert(position, mark)

    @property
    def letters(self) -> list[Letter]:
        return [item for item in self.items if isinstance(item, Letter)]

    def text(self) -> str:
        return "".join(letter.text for letter in self.letters)

    def scores(self) -> bytes:
        return bytes(letter.score for letter in self.letters)

    def rotate(self, origin: int) -> None:
        if not self.letters or not origin % len(self.letters):
            return
        self._join()
        at = self._index(origin % len(self.letters))
        # marks at the new origin come to lie behind it, like those at the old one
        while at and isinstance(self.items[at - 1], Mark):
            at -= 1
        self.items = self.items[at:] + self.items[:at]

    def reverse_complement(self) -> None:
        self.items.reverse()
        self._turn()
        for letter in self.letters:
            letter.text = letter.text.translate(_COMPLEMENT)
        for feature in self.features:
            for part in feature.parts:
                part.letters.reverse()
                part.strand = -part.strand
                part.low, part.high = (_MIRROR.get(k or "", k) for k in (part.high, part.low))

    def replace(self, start: int, end: int, text: str) -> None:
        length = len(self.letters)
        if end > length:
            back = end - length
            self.rotate(back)
            self.replace(start - back, length, text)
            if len(text) == end - start:
                self.rotate(length - back)
            return
        new = [Letter(t, 0) for t in text]
        old = self.letters[start:end]
        if len(new) == len(old):
            for letter, fresh in zip(old, new, strict=True):
                letter.text, letter.score = fresh.text, 0
            return
        if self.circular:
            self._join()
        # behind the marks that stand at the start, before those at the end
        low = self._index(start) if start < length else len(self.items)
        if old:
            high = self.items.index(old[-1]) + 1
            inside = [item for item in self.items[low:high] if isinstance(item, Mark)]
            self.items[low:high] = [*inside, *new]
        else:
            inside = []
            neighbours = self.letters[start - 1 : start] or (self.letters[-1:] * self.circular)
            following = self.letters[start : start + 1] or (self.letters[:1] * self.circular)
            self.items[low:low] = new
            for feature in self.features:
                foreign = False
                for part in feature.parts:
                    for left, right in zip(part.letters, part.letters[1:], strict=False):
                        if [left] == neighbours and [right] == following:
                            at = part.letters.index(right)
                            part.letters[at:at] = new
                            foreign = True
                            break
                if foreign:
                    feature.cuts.append((0, True))
            return
        self._shrink(old, new, inside, low)
        self._turn()

    def _turn(self) -> None:
        """Marks at the end of a circle stand at its origin."""
        while self.circular and self.letters and isinstance(self.items[-1], Mark):
            self.items.insert(0, self.items.pop())

    def _shrink(self, old: list[Letter], new: list[Letter], inside: list[Mark], low: int) -> None:
        for feature in self.features:
            lost, foreign = 0, False
            left: list[Part] = []
            dropped: list[bool] = []
            for part in feature.parts:
                gone = False
                if part.mark is not None:
                    gone = part.mark in inside
                else:
                    kept = [letter for letter in part.letters if letter not in old]
                    lost += len(part.letters) - len(kept)
                    run = _find_run(part.letters, old)
                    if run is not None and (kept or new):
                        if not new:
                            part.low = "before" if run == 0 else part.low
                            at_end = run + len(old) == len(part.letters)
                            part.high = "after" if at_end else part.high
                        part.letters[run : run + len(old)] = new
                        foreign |= bool(new)
                    elif not kept:
                        gone = True
                    else:
                        part.low = "before" if part.letters[0] in old else part.low
                        part.high = "after" if part.letters[-1] in old else part.high
                        part.letters = kept
                dropped.append(gone and part.mark is None)
                if not gone:
                    left.append(part)
            # a remote part is, in the strategies, the last one
            if left and dropped and any(_leading(feature.parts, left, dropped)):
                _open(left[0], 5)
            backwards = _leading(feature.parts[::-1], left[::-1], dropped[::-1])
            if left and dropped and any(backwards) and not feature.remote:
                _open(left[-1], 3)
            lost_place = len(left) < len(feature.parts)
            if not left and feature.parts and not feature.remote:
                mark = Mark()
                self.items.insert(low, mark)
                left = [Part([], feature.parts[0].strand, mark)]
            feature.parts = left
            if lost or foreign or lost_place:
                feature.cuts.append((lost, foreign))

    def _join(self) -> None:
        """Parts that follow each other over the origin are one."""
        if not self.letters:
            return
        first, last = self.letters[0], self.letters[-1]
        for feature in self.features:
            parts: list[Part] = []
            for part in feature.parts:
                before = parts[-1] if parts else None
                if before and before.letters and part.letters and before.strand == part.strand:
                    low, high = (before, part) if part.strand == 1 else (part, before)
                    if (
                        low.letters[-1] is last
                        and high.letters[0] is first
                        and low.high is None
                        and high.low is None
                        and len(low.letters) + len(high.letters) <= len(self.letters)
                        and _unbroken(low.letters, self.letters)
                        and _unbroken(high.letters, self.letters)
                    ):
                        parts[-1] = Part(
                            low.letters + high.letters, part.strand, None, low.low, high.high
                        )
                        continue
                parts.append(part)
            feature.parts = parts

    def _index(self, position: int) -> int:
        return self.items.index(self.letters[position])

    def agrees(self, record: Record) -> None:
        """Assert that a record is what the model is."""
        assert str(record.sequence) == self.text()
        if record.quality is not None:
            assert record.quality == self.scores()
        assert len(record.features) == len(self.features)
        number = {id(letter): i for i, letter in enumerate(self.letters)}
        places = {}
        letters = 0
        for item in self.items:
            if isinstance(item, Mark):
                places[id(item)] = letters
            else:
                letters += 1
        for feature, traced in zip(record.features, self.features, strict=True):
            expected: list[tuple[object, ...]] = []
            for part in traced.parts:
                if part.mark is not None:
                    expected.append(("site", places[id(part.mark)], part.strand))
                else:
                    positions = [number[id(letter)] for letter in part.letters]
                    expected += _reading(positions, part.strand, part.low, part.high)
            got = _read(feature, len(self.letters))
            assert got == expected, (got, expected)
            assert len(feature.cuts) == len(traced.cuts), feature.cuts
            for (lost, foreign), said in zip(traced.cuts, feature.cuts, strict=True):
                _check_cut(lost, foreign, said)


def _check_cut(lost: int, foreign: bool, said: str) -> None:
    """Assert that the words of a mark tell how many letters were lost, and whether others came."""
    told = said.split(" (")[0]
    told, _, instead = told.partition(", with ")
    numbers = [int(word) for word in told.split() if word.isdigit()]
    if told.startswith("lost") and told != "lost its place":
        assert sum(numbers) == lost > 0, said
        assert bool(instead) == foreign, said
    else:
        assert lost == 0, said
        assert told.startswith("interrupted") == foreign, said


def _kind(span: Span, low: bool) -> str | None:
    fuzz = span.start_fuzz if low else span.end_fuzz
    return fuzz and str(fuzz.kind)


def _find_run(letters: list[Letter], wanted: list[Letter]) -> int | None:
    for at in range(len(letters) - len(wanted) + 1):
        if letters[at : at + len(wanted)] == wanted:
            return at
    return None


def _unbroken(letters: list[Letter], all_letters: list[Letter]) -> bool:
    at = all_letters.index(letters[0])
    return all_letters[at : at + len(letters)] == letters


def _leading(parts: list[Part], left: list[Part], dropped: list[bool]) -> list[bool]:
    flags = []
    for part, gone in zip(parts, dropped, strict=True):
        if any(part is other for other in left):
            break
        flags.append(gone)
    return flags


def _open(part: Part, end: int) -> None:
    if part.mark is not None:
        return
    if (end == 5) == (part.strand == 1):
        part.low = "before"
    else:
        part.high = "after"


def _reading(
    positions: list[int], strand: int, low: str | None, high: str | None
) -> list[tuple[object, ...]]:
    reading: list[tuple[object, ...]] = [(p, strand) for p in positions]
    if low:
        reading.insert(0, ("low", low, positions[0]))
    if high:
        reading.append(("high", high, positions[-1]))
    return reading if strand == 1 else reading[::-1]


def _read(feature: Feature, length: int) -> list[tuple[object, ...]]:
    reading: list[tuple[object, ...]] = []
    for part in feature.location.parts:
        if part.accession is not None:
            assert part == Span(3, 9, part.strand, accession="J00194.1")
        elif part.start == part.end:
            assert part.exact
            reading.append(("site", part.start, part.strand))
        else:
            positions = [p % length for p in range(part.start, part.end)]
            reading += _reading(positions, part.strand, _kind(part, True), _kind(part, False))
    return reading
