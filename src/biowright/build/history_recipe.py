"""Products as a history records them: which stretch of what, laid end to end."""

from __future__ import annotations

from biowright.bio import End
from biowright.core import FormatError

from .history import Fragment, History, Step
from .simulation import Duplex, Part, Product

__all__ = ["given_of", "product_of"]


def product_of(step: Step, history: History) -> Product:
    """Lay the fragments of a step end to end, as its locations say.

    Raises
    ------
    FormatError
        Two neighbours do not share the letters that they should.
    """
    inputs = tuple(given_of(history, f.key) for f in step.fragments if f.placed)
    placed = [f for f in step.fragments if f.placed]
    parts = []
    for number, fragment in enumerate(placed):
        given = inputs[number]
        size = len(given)
        first = number == 0
        if (fragment.left is None) != (first and not step.circular) and fragment.left is None:
            raise FormatError(f"source {step.key}: a fragment has no left location")
        # what is shared comes from the fragment before
        start = 0 if fragment.left is None else fragment.left[1]
        before = 0 if fragment.left is None else fragment.left[1] - fragment.left[0]
        end = size if fragment.right is None else fragment.right[1]
        if given.circular:
            while end < start or (end == start and fragment.right == fragment.left):
                end += size
        if end < start:
            raise FormatError(f"source {step.key}: a fragment ends before it begins")
        low, high = (start, end) if fragment.strand == 1 else (size - end, size - start)
        if given.circular and low < 0:
            low, high = low + size, high + size
        parts.append(Part(number, low, high, fragment.strand, before))
    ends = []
    for fragment, given, at_left in ((placed[0], inputs[0], True), (placed[-1], inputs[-1], False)):
        turned = given if fragment.strand == 1 else given.reverse_complement()
        ends.append(End("blunt") if step.circular else turned.left if at_left else turned.right)
    _check_shared(step, placed, inputs)
    return Product(
        inputs, tuple(parts), step.circular, ends[0], ends[1], name=f"sequence{step.key}"
    )


def _check_shared(step: Step, placed: list[Fragment], inputs: tuple[Duplex, ...]) -> None:
    count = len(placed)
    for number in range(count if step.circular else count - 1):
        mate = (number + 1) % count
        right, left = placed[number].right, placed[mate].left
        if right is None or left is None:
            raise FormatError(f"source {step.key}: two fragments have no location where they meet")
        texts = []
        for fragment, given, place in (
            (placed[number], inputs[number], right),
            (placed[mate], inputs[mate], left),
        ):
            letters = given.record.sequence
            turned = letters if fragment.strand == 1 else letters.reverse_complement()
            data = turned.data.upper().replace(b"U", b"T")
            if place[1] > len(data) * (2 if given.circular else 1):
                raise FormatError(
                    f"source {step.key}: a location lies outside of sequence {fragment.key}"
                )
            texts.append((data * 2)[place[0] : place[1]] if given.circular else data[slice(*place)])
        # a primer may differ from its template
        if texts[0] != texts[1] and step.kind != "PCRSource":
            raise FormatError(
                f"source {step.key}: sequences {placed[number].key} and {placed[mate].key} do not share "
                "the letters at which they meet"
            )


def given_of(history: History, key: int) -> Duplex:
    """Give a sequence or primer of a history as a duplex."""
    if key in history.sequences:
        return history.sequences[key]
    primer = history.primers[key]
    return Duplex(primer.changed(sequence=primer.sequence.to_dna()))
