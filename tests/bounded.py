"""That something ends in bounded time: a guard against what grows without measure, no benchmark."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def processor_seconds(most: float) -> Iterator[None]:
    """Fail when this thread took more: neither others' work nor old garbage is on its account.

    `most` is ten times and more what a good machine takes; how fast it is, the benchmarks say.
    """
    gc.disable()
    began = time.thread_time()
    try:
        yield
    finally:
        gc.enable()
    took = time.thread_time() - began
    assert took < most, f"took {took:.3f} s of processor time, at most {most} s"
