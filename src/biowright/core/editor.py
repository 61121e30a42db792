"""A session of editing: the one stateful object around the functions of `biowright.core.edit`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as _changed

from . import edit, excerpt
from .errors import EditError, suggest
from .feature import Feature, FeatureTable
from .location import Location
from .operation import Operation, parse_operation
from .record import Record
from .request import step
from .sequence import Sequence, Topology

__all__ = ["Editor"]


class Editor:
    """A record under the pen: the same verbs as the functions, with undo, redo and a history.

    Every verb returns the editor, so that edits can be chained. A step back does not keep the whole
    sequence but only what the edit changed of it.

    Parameters
    ----------
    record : Record
        What to begin with; it stays as it is.

    Examples
    --------
    >>> editor = Editor(Record(Sequence("ATGGCATAA")))
    >>> str(editor.insert(3, "CCC").delete(0, 3).record.sequence)
    'CCCGCATAA'
    >>> editor.history
    ('insert 3 nt at 3', 'delete 3 nt at 0..3')
    >>> str(editor.undo().record.sequence)
    'ATGCCCGCATAA'
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._done: list[_Step] = []
        self._undone: list[_Edit] = []

    @property
    def record(self) -> Record:
        """The record as it is now."""
        return self._record

    @property
    def history(self) -> tuple[str, ...]:
        """What was done and not undone, oldest first, one readable line a step."""
        return tuple(step.edit.said for step in self._done)

    def __repr__(self) -> str:
        n = len(self._done)
        return f"Editor({self._record!r}, {n} edit{'' if n == 1 else 's'})"

    def insert(self, at: int, new: Record | Sequence | str) -> Editor:
        """Insert letters before the letter `at`; see `biowright.core.insert`."""
        return self._do(lambda record: edit.insert(record, at, new))

    def delete(self, start: int, end: int) -> Editor:
        """Delete the letters ``start..end``; see `biowright.core.delete`."""
        return self._do(lambda record: edit.delete(record, start, end))

    def replace(self, start: int, end: int, new: Record | Sequence | str) -> Editor:
        """Put other letters in the place of a window; see `biowright.core.replace`."""
        return self._do(lambda record: edit.replace(record, start, end, new))

    def reverse_complement(self) -> Editor:
        """Turn to the other strand; see `biowright.core.reverse_complement`."""
        return self._do(edit.reverse_complement, back=Sequence.reverse_complement)

    def rotate(self, origin: int) -> Editor:
        """Count the circle from another origin; see `biowright.core.rotate`."""
        return self._do(
            lambda record: edit.rotate(record, origin), back=lambda circle: circle.rotate(-origin)
        )

    def extract(self, start: int, end: int) -> Editor:
        """Keep the letters ``start..end`` only; see `biowright.core.extract`."""
        return self._do(lambda record: excerpt.extract(record, start, end))

    def splice(self, location: Location) -> Editor:
        """Keep the pieces of a location only, joined; see `biowright.core.splice`."""
        return self._do(lambda record: excerpt.splice(record, location))

    def set_topology(self, topology: Topology | str) -> Editor:
        """Make it a circle, or cut it open at its origin.

        Raises
        ------
        EditError
            It has that topology already.
        """
        circular = Sequence(b"", topology=topology).circular
        return self._do(edit.circularise if circular else edit.linearise)

    def circularise(self) -> Editor:
        """Join the two ends; see `biowright.core.circularise`."""
        return self._do(edit.circularise)

    def linearise(self, at: int = 0) -> Editor:
        """Cut the circle open before the letter `at`; see `biowright.core.linearise`."""
        return self._do(lambda record: edit.linearise(record, at))

    def add_feature(self, feature: Feature) -> Editor:
        """Add a feature behind the others.

        Raises
        ------
        EditError
            It does not lie in the sequence.
        """
        said = f"add {_named(feature)}"
        return self._do(
            lambda record: _with_features(record, record.features + FeatureTable([feature]), said),
            said,
        )

    def remove_feature(self, feature: int | str | Feature) -> Editor:
        """Remove one feature: the only way that a feature ever goes.

        Parameters
        ----------
        feature : int, str or Feature
            Its index, its label, or the feature itself.

        Raises
        ------
        EditError
            There is no such feature, or several.
        """
        index = self._find(feature)
        said = f"remove {_named(self._record.features[index])}"

        def remove(record: Record) -> Record:
            kept = [i for i in range(len(record.features)) if i != index]
            return _with_features(record, record.features.selected(kept), said)

        return self._do(remove, said)

    def change_feature(self, feature: int | str | Feature, **changes: object) -> Editor:
        """Change fields of one feature: its type, location, qualifiers or id.

        Parameters
        ----------
        feature : int, str or Feature
            As in `remove_feature`.
        **changes
            Fields of `Feature`.

        Raises
        ------
        EditError
            There is no such feature, several, no such field, or its new place is none.

        Examples
        --------
        >>> record = Record(Sequence("ATGTAA"), features=[Feature("CDS", Location.of((0, 6)))])
        >>> Editor(record).change_feature(0, type="gene").record.features[0].type
        'gene'
        """
        index = self._find(feature)
        fields = ("type", "location", "qualifiers", "id")
        for name in changes:
            if name not in fields:
                raise EditError(f"a feature has no '{name}'", hint=suggest(name, fields))
        old = self._record.features[index]
        fresh = _changed(old, **changes)  # type: ignore[arg-type]
        said = f"change {' and '.join(changes)} of {_named(old)}"
        return self._do(
            lambda record: _with_features(record, record.features.replaced({index: fresh}), said),
            said,
        )

    def rename_feature(self, feature: int | str | Feature, label: str) -> Editor:
        """Give a feature another label, by the qualifier that its label is read from now.

        Parameters and errors as in `change_feature`.
        """
        index = self._find(feature)
        old = self._record.features[index]
        key = old.label_key or "label"
        return self.change_feature(index, qualifiers=old.qualifiers.with_value(key, label))

    def rename(self, name: str) -> Editor:
        """Give the record another name."""
        said = f"rename to {name}"
        return self._do(
            lambda record: record.changed(name=name, provenance=step(record, said)), said
        )

    def apply(self, operation: Operation | str) -> Editor:
        """Carry out an operation, or its text such as ``delete 200..210``.

        Raises
        ------
        EditError
            The text cannot be read, or the edit cannot be carried out.
        """
        if isinstance(operation, str):
            operation = parse_operation(operation)
        verb: Callable[..., Editor] = getattr(self, operation.verb.replace("-", "_"))
        return verb(*operation.values)

    def undo(self, steps: int = 1) -> Editor:
        """Take back the last steps.

        Raises
        ------
        EditError
            So many were not done.
        """
        if not 0 <= steps <= len(self._done):
            raise EditError(f"{len(self._done)} steps can be undone, not {steps}")
        for _ in range(steps):
            step = self._done.pop()
            self._record = step.before(self._record)
            self._undone.append(step.edit)
        return self

    def redo(self, steps: int = 1) -> Editor:
        """Do again what was undone.

        Raises
        ------
        EditError
            So many were not undone, or something else was done since.
        """
        if not 0 <= steps <= len(self._undone):
            raise EditError(f"{len(self._undone)} steps can be done again, not {steps}")
        for _ in range(steps):
            self._carry_out(self._undone.pop())
        return self

    @contextmanager
    def savepoint(self) -> Iterator[Editor]:
        """All or nothing: if the block fails, everything done in it is taken back.

        Examples
        --------
        >>> editor = Editor(Record(Sequence("ATGGCATAA")))
        >>> try:
        ...     with editor.savepoint():
        ...         editor.delete(0, 3).delete(100, 200)
        ... except EditError:
        ...     str(editor.record.sequence)
        'ATGGCATAA'
        """
        done, undone = len(self._done), list(self._undone)
        try:
            yield self
        except BaseException:
            self._back_to(done, undone)
            raise

    @contextmanager
    def trial(self) -> Iterator[Editor]:
        """Try something out: everything done in the block is taken back when it ends."""
        done, undone = len(self._done), list(self._undone)
        try:
            yield self
        finally:
            self._back_to(done, undone)

    def _back_to(self, done: int, undone: list[_Edit]) -> None:
        if len(self._done) < done:
            raise EditError("more was undone in the block than was done in it")
        self.undo(len(self._done) - done)
        self._undone = undone

    def _do(
        self,
        change: Callable[[Record], Record],
        said: str = "",
        back: Callable[[Sequence], Sequence] | None = None,
    ) -> Editor:
        self._carry_out(_Edit(change, said, back))
        self._undone.clear()
        return self

    def _carry_out(self, wanted: _Edit) -> None:
        before = self._record
        after = wanted.change(before)
        if not wanted.said:
            wanted = _changed(wanted, said=after.provenance[-1].activity)
        self._record = after
        self._done.append(_Step.between(before, after, wanted))

    def _find(self, wanted: int | str | Feature) -> int:
        table = self._record.features
        if isinstance(wanted, int):
            if -len(table) <= wanted < len(table):
                return wanted % len(table)
            raise EditError(
                f"there is no feature {wanted}",
                record=self._record.name,
                expected=f"0 to {len(table) - 1}" if table else "a record with features",
            )
        if isinstance(wanted, Feature):
            found = [i for i, feature in enumerate(table) if feature == wanted]
            label = wanted.label
        else:
            found = [i for i, feature in enumerate(table) if feature.label == wanted]
            label = wanted
        if len(found) == 1:
            return found[0]
        raise EditError(
            f"{len(found)} features are named '{label}'" if found else f"there is no '{label}'",
            record=self._record.name,
            hint=f"say which by its index: {', '.join(map(str, found[:10]))}"
            if found
            else suggest(label, {feature.label for feature in table}),
        )


@dataclass(frozen=True, slots=True)
class _Edit:
    """What to do, what to call it, and for a sequence that only turned, how to turn it back."""

    change: Callable[[Record], Record]
    said: str
    back: Callable[[Sequence], Sequence] | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """What takes an edit back: the record of before, with none but the changed letters.

    Unless the sequence can be turned back, the letters of `shell` were at `start`, where there are
    `size` others now.
    """

    edit: _Edit
    shell: Record
    start: int
    size: int
    quality: bytes | None
    topology: Topology

    @classmethod
    def between(cls, before: Record, after: Record, edit: _Edit) -> _Step:
        old, new = before.sequence.data, after.sequence.data
        if edit.back is not None and edit.back(after.sequence) == before.sequence:
            start, size, kept = 0, 0, b""
        else:
            edit = _changed(edit, back=None)
            start, tail = _shared(old, new)
            size, kept = len(new) - tail - start, old[start : len(old) - tail]
        letters = Sequence.trusted(kept, before.molecule, Topology.LINEAR)
        shell = before.changed(sequence=letters, quality=None)
        return cls(edit, shell, start, size, before.quality, before.topology)

    def before(self, after: Record) -> Record:
        if self.edit.back is not None:
            sequence = self.edit.back(after.sequence)
        else:
            new, old = after.sequence.data, self.shell.sequence
            if self.size or old:
                new = b"".join((new[: self.start], old.data, new[self.start + self.size :]))
            sequence = Sequence.trusted(new, old.molecule, self.topology)
        return self.shell.changed(sequence=sequence, quality=self.quality)


def _shared(old: bytes, new: bytes) -> tuple[int, int]:
    """Give the lengths of the beginning and of the end that two byte strings have in common."""
    if old is new:
        return len(old), 0
    most = min(len(old), len(new))
    start = _common(lambda low, high: old[low:high] == new[low:high], most)
    a, b = len(old), len(new)
    tail = _common(
        lambda low, high: old[a - high : a - low] == new[b - high : b - low], most - start
    )
    return start, tail


def _common(same: Callable[[int, int], bool], most: int) -> int:
    """Give the greatest size up to `most` for which ``0..size`` is the same, by halving."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if same(low, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _named(feature: Feature) -> str:
    label = feature.label
    return feature.type if label == feature.type else f"{feature.type} '{label}'"


def _with_features(record: Record, features: FeatureTable, said: str) -> Record:
    from .carry import check_features

    changed = record.changed(features=features, provenance=step(record, said))
    check_features(changed)
    return changed
