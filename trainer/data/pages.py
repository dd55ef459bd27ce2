"""Large pages behind large tables: a row from anywhere in it then costs one look into a page table that is cached."""

from __future__ import annotations

import ctypes
import mmap
import sys
from contextlib import suppress

from torch import Tensor


def prefer_huge_pages(table: Tensor) -> Tensor:
    """The table, which nobody has written to yet, on pages of 2 MiB where Linux has them; elsewhere as it is."""
    if sys.platform == "linux":
        first = -(-table.data_ptr() // mmap.PAGESIZE) * mmap.PAGESIZE
        size = table.data_ptr() + table.nbytes - first
        with suppress(AttributeError):  # a libc without it
            advise = ctypes.CDLL(None).madvise
            advise.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
            advise(first, max(0, size), mmap.MADV_HUGEPAGE)  # −1 where it is refused, which changes nothing
    return table
