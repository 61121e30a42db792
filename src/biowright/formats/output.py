"""Files that appear under their name only when they are complete."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from biowright.core import ConflictError, InputError

from .source import shown

__all__ = ["make_folder", "open_output", "refuse_existing", "remove_unfinished"]

_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{12}\.part", re.DOTALL)


@contextmanager
def open_output(path: str | os.PathLike[str], *, force: bool = False) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when it is complete.

    It is written beside its place and then renamed, so that neither an error nor an interruption
    leaves half a file, and a reader sees the old file or the new one. A link is followed, and a
    file that is replaced keeps its permissions. Pipes and devices (``/dev/stdout``) are written
    directly.

    Parameters
    ----------
    path : path
    force : bool, default False
        Replace an existing file.

    Raises
    ------
    ConflictError
        The file exists and `force` is not given.
    InputError
        The folder does not exist, may not be written to, or its disk is full.
    """
    name = shown(path)
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - of any path-like
    except FileNotFoundError:
        mode = None
    except (OSError, ValueError) as error:
        raise _unwritable(error, name) from None
    if mode is not None and stat.S_ISDIR(mode):
        raise InputError("this is a directory", path=name, hint="name a file in it")
    if mode is not None and not stat.S_ISREG(mode):
        with _open_special(path, name) as output:
            yield output
        return
    if mode is not None and not force:
        raise _conflict(name)
    # a link is followed, so that the file is replaced and not the link to it
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name[:60]}.{secrets.token_hex(6)}.part")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        handle = os.open(beside, flags, 0o666)  # the kernel applies the umask
    except OSError as error:
        raise _unwritable(error, name) from None
    try:
        with open(handle, "wb") as output:  # noqa: PTH123 - a handle
            yield cast(BinaryIO, output)
            output.flush()
            os.fsync(output.fileno())  # the name must not come before the content
        if mode is not None:
            beside.chmod(stat.S_IMODE(mode))
        if force:
            beside.replace(target)
        else:
            _rename_to_new(beside, target, name)
    except OSError as error:
        raise _unwritable(error, name) from None
    finally:
        beside.unlink(missing_ok=True)


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder, and those above it, unless it is there.

    Raises
    ------
    InputError
        It cannot be made, or a file has its name.

    Examples
    --------
    >>> make_folder("/proc/orders")
    Traceback (most recent call last):
    biowright.core.errors.InputError: /proc/orders: the folder cannot be made (No such file or directory)...
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(
            "this is a file", path=shown(path), hint="name a folder, or move the file away"
        ) from None
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"the folder cannot be made ({what})",
            path=shown(path),
            hint="name one where you may write",
        ) from None
    return folder


def refuse_existing(paths: Iterable[str | os.PathLike[str]], *, force: bool = False) -> None:
    """Refuse work of which an answer would replace a file, before it begins.

    Raises
    ------
    ConflictError
        One of the files exists and `force` is not given.

    Examples
    --------
    >>> refuse_existing(["nothing.here"])
    """
    for path in paths:
        if not force and Path(path).exists():
            raise _conflict(shown(path))


def remove_unfinished(folder: str | os.PathLike[str]) -> None:
    """Remove what a killed process was writing in a folder and below.

    Nobody else may be writing there at that time.
    """
    for path in Path(folder).rglob(".*.part"):
        if _UNFINISHED.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _rename_to_new(beside: Path, target: Path, name: str) -> None:
    try:
        target.hardlink_to(beside)  # this fails where the file has come up meanwhile
    except FileExistsError:
        raise _conflict(name) from None
    except OSError:  # a file system without hard links
        if target.exists():
            raise _conflict(name) from None
        beside.replace(target)


@contextmanager
def _open_special(path: str | os.PathLike[str], name: str) -> Iterator[BinaryIO]:
    try:
        # without waiting for ever for a reader
        handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        os.set_blocking(handle, True)
    except OSError as error:
        raise _unwritable(error, name) from None
    with open(handle, "wb") as output:  # noqa: PTH123 - a handle
        yield cast(BinaryIO, output)


def _unwritable(error: OSError | ValueError, name: str) -> InputError:
    what = getattr(error, "strerror", None) or str(error)
    return InputError(f"the file cannot be written ({what})", path=name)


def _conflict(name: str) -> ConflictError:
    return ConflictError("the file exists already", path=name, hint="say --force to replace it")
