"""How a worker that has built its tool handles memory from then on: the tool stays, pages come and go."""

from __future__ import annotations

import ctypes
import gc

# Between two looks for garbage as many new containers as some articles make: at the default of 700 an article with events spent a
# sixth of its time on being looked through, and what reading leaves behind is freed without that.
_GENERATIONS = (20_000, 20, 20)
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's mallopt
_KEPT = 32 * 1024 * 1024  # bytes


def settle_in() -> None:
    """Leave what is built out of every search for garbage, and search seldom. Once, after building."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GENERATIONS)


def keep_freed_memory() -> None:
    """Let the C library keep what a page gave back for the next one. Only glibc can be told so; elsewhere nothing is done.

    By itself it learns to. But Dask's nanny starts workers with MALLOC_TRIM_THRESHOLD_ set, which ends the learning: each buffer as
    large as a page was then given back to the system and asked for again, at thirty page faults a page and a third of the time.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _KEPT)
        mallopt(_TRIM_THRESHOLD, 2 * _KEPT)
