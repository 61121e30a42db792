"""Work beside other work: order, errors, and threads that end."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import pytest

from biowright.library.ahead import ahead, meanwhile


def test_the_next_item_is_made_while_one_is_worked_on() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(4):
            made.append(number)
            yield number

    walked = ahead(items())
    assert next(walked) == 0
    deadline = time.monotonic() + 10
    while len(made) < 2 and time.monotonic() < deadline:
        time.sleep(0.001)
    assert made[:2] == [0, 1]
    assert list(walked) == [1, 2, 3]


def test_an_error_comes_when_its_turn_comes() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    walked = ahead(items())
    assert next(walked) == 1
    with pytest.raises(ValueError, match="no more"):
        next(walked)


def test_who_stops_early_leaves_no_thread() -> None:
    ended = []

    def items() -> Iterator[int]:
        try:
            yield from range(1000)
        finally:
            ended.append(True)

    with contextlib.closing(ahead(items())) as walked:
        assert next(walked) == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]


def test_work_in_threads_tells_its_errors() -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        meanwhile([fail, lambda: done.append("one")], lambda: done.append("own"))
    assert sorted(done) == ["one", "own"]
