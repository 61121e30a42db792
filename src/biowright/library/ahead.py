"""Work that is done beside other work, in threads."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["ahead", "meanwhile"]

_Item = TypeVar("_Item")


def ahead(items: Iterable[_Item]) -> Iterator[_Item]:
    """Walk items of which the next is made in a thread while one is worked on.

    An error of the items comes when its turn comes. Whoever stops early lets the thread end with
    the item that it is at.

    Examples
    --------
    >>> list(ahead(range(3)))
    [0, 1, 2]
    """
    made: queue.Queue[tuple[_Item | None, BaseException | None, bool]] = queue.Queue(1)
    stopped = threading.Event()

    def make() -> None:
        try:
            for item in items:
                made.put((item, None, False))
                if stopped.is_set():
                    return
        except BaseException as error:
            made.put((None, error, True))
        else:
            made.put((None, None, True))

    thread = threading.Thread(target=make, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, error, last = made.get()
            if error is not None:
                raise error
            if last:
                return
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        while thread.is_alive():
            try:
                made.get(timeout=0.05)
            except queue.Empty:
                continue
        thread.join()


def meanwhile(work: Sequence[Callable[[], object]], own: Callable[[], object]) -> None:
    """Do some work in threads and some in this one; the first error of any is raised at the end.

    Parameters
    ----------
    work : sequence of callable
        Each in a thread of its own.
    own : callable
        What must be done in this one.
    """
    with ThreadPoolExecutor(max(len(work), 1)) as pool:
        waiting = [pool.submit(each) for each in work]
        own()
    for each in waiting:
        each.result()
