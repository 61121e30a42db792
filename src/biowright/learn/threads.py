"""One thread for linear algebra: the same sums in the same order, and no waiting on each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["single_thread"]


@contextmanager
def single_thread() -> Iterator[None]:
    """Hold the libraries below numpy and scipy to one thread."""
    # a library that is loaded later would not be held
    import scipy.linalg
    from threadpoolctl import threadpool_limits

    assert scipy.linalg
    with threadpool_limits(limits=1):
        yield
