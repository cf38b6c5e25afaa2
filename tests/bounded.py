"""How much processor time something takes at most, whatever else this process has in memory."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def processor_seconds(most: float) -> Iterator[None]:
    """Fail when the block took more; the garbage of earlier tests is not collected on its time."""
    gc.collect()
    gc.disable()
    began = time.process_time()
    try:
        yield
    finally:
        gc.enable()
    took = time.process_time() - began
    assert took < most, f"took {took:.3f} s of processor time, at most {most} s"
