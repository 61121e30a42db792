"""What homology does to letters in an edit of two steps: donors, repeats and circles that cross over."""

from __future__ import annotations

from biowright.bio import other_strand
from biowright.core import InputError

__all__ = ["collapsed", "crossed_in", "crossed_out", "recombined", "turned_to"]

_ENDS = 20


def recombined(letters: bytes, donor: str, circular: bool) -> bytes:
    """Let a donor recombine with letters, by its two ends alone; both strands are looked at."""
    first, last = donor[:_ENDS].encode(), donor[-_ENDS:].encode()
    doubled = letters + letters[: _ENDS - 1] if circular else letters
    for end in (first, last):
        count = doubled.count(end) + doubled.count(other_strand(end.decode()).encode())
        if count != 1:
            raise InputError(f"an end of the donor stands in {count} places after the first step")
    low, high = doubled.find(first), doubled.find(last)
    if low < 0 or high < 0:
        raise InputError("the ends of the donor lie on different strands")
    if high < low:
        if not circular:
            raise InputError("the ends of the donor lie in the wrong order")
        return donor.encode() + letters[high + _ENDS : low]
    over = high + _ENDS - len(letters)
    if over > 0:
        return letters[over:low] + donor.encode()
    return letters[:low] + donor.encode() + letters[high + _ENDS :]


def turned_to(letters: bytes, core: bytes, circular: bool) -> bytes:
    """Turn letters so that a core that stands once comes first; a linear one is left as it is."""
    doubled = letters + letters[: len(core) - 1] if circular else letters
    if doubled.count(core) != 1:
        raise InputError(f"the marker stands in {doubled.count(core)} places of the genome")
    at = doubled.find(core)
    return letters[at:] + letters[:at] if circular else letters


def collapsed(letters: bytes, core: bytes, circular: bool) -> tuple[bytes, int]:
    """Let the longest direct repeats on both sides of a core recombine; give their length too."""
    turned = turned_to(letters, core, circular)
    if circular:
        behind = turned[len(core) :]
        size = max(
            (n for n in range(1, min(2000, len(behind) // 2)) if behind[:n] == behind[-n:]),
            default=0,
        )
        return behind[size:], size
    at = turned.find(core)
    before, behind = turned[:at], turned[at + len(core) :]
    most = min(2000, len(before), len(behind))
    size = max((n for n in range(1, most + 1) if before[-n:] == behind[:n]), default=0)
    return before + behind[size:], size


def crossed_in(letters: bytes, circle: bytes, arm: bytes, circular: bool) -> bytes:
    """Let a circle come in by one crossing-over in the middle of an arm that both have."""
    half = len(arm) // 2
    doubled = letters + letters[: len(arm) - 1] if circular else letters
    at, place = doubled.find(arm), (circle + circle).find(arm)
    if at < 0 or place < 0:
        raise InputError("the arm stands nowhere")
    cut = (place + half) % len(circle)
    opened = circle[cut:] + circle[:cut]
    here = (at + half) % len(letters) if circular else at + half
    return letters[:here] + opened + letters[here:]


def crossed_out(letters: bytes, core: bytes, arm: bytes, circular: bool) -> bytes:
    """Let the two copies of an arm, one on each side of a core, recombine."""
    turned = turned_to(letters, core, circular)
    if circular:
        behind = turned[len(core) :]
        first, last = behind.find(arm), behind.rfind(arm)
        return behind[first:last]
    at = turned.find(core)
    first, last = turned.rfind(arm, 0, at), turned.find(arm, at + len(core))
    if first < 0 or last < 0:
        raise InputError("the plasmid lies not between two arms")
    return turned[:first] + turned[last:]
