"""Walking through the bytes of a file, with an error where they end too early."""

from __future__ import annotations

from biowright.core import FormatError

__all__ = ["Cursor"]


class Cursor:
    """A place in bytes that moves on with each value taken; integers are big-endian.

    Parameters
    ----------
    data : bytes
    at : int, default 0

    Examples
    --------
    >>> cursor = Cursor(bytes([0, 2, 3, 97, 98, 99]))
    >>> cursor.number(2, "the count"), cursor.string("a name")
    (2, 'abc')
    >>> cursor.number(4, "the size")
    Traceback (most recent call last):
    ...
    biowright.core.errors.FormatError: the file ends at byte 6, within the size...
    """

    __slots__ = ("at", "data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.data)

    def take(self, size: int, what: str) -> bytes:
        """Take some bytes; `what` is what a message calls them.

        Raises
        ------
        FormatError
            There are fewer.
        """
        if size > len(self.data) - self.at:
            raise FormatError(
                f"the file ends at byte {len(self.data):,}, within {what} "
                f"({size:,} bytes at byte {self.at:,})",
                hint="it was cut off or damaged; copy it again",
            )
        taken = self.data[self.at : self.at + size]
        self.at += size
        return taken

    def number(self, size: int, what: str) -> int:
        """Take an unsigned integer of that many bytes."""
        return int.from_bytes(self.take(size, what), "big")

    def string(self, what: str, size: int = 1) -> str:
        """Take a string behind its length, which has that many bytes.

        Text that is not UTF-8 is read as Mac Roman, the encoding of the machines of its time.
        """
        return text(self.take(self.number(size, f"the length of {what}"), what))


def text(data: bytes) -> str:
    """Decode text of an unknown age."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("mac_roman")
