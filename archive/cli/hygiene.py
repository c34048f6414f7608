"""Knows what a process that holds keys does to itself first: no core dumps, private files, memory that is overwritten.
Must not know what the process is for."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_SET_DUMPABLE: Final = 4  # prctl(2)
_MEMORY: Final = {
    "PYTHONMALLOC": "malloc",
    "MALLOC_PERTURB_": "85",
    # glibc overwrites nothing that it puts by for its threads: so it puts nothing by.
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
}
_TMPFS: Final = Path("/dev/shm")  # noqa: S108 - only below a folder of our own, made there with mode 0700


def harden() -> None:
    """Write files for this account only, leave no core dump, and let no debugger of this account look inside."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def overwrite_freed_memory() -> None:
    """Begin this program anew under an allocator that overwrites what is freed: Python must find it when it starts."""
    if any(os.environ.get(name) != value for name, value in _MEMORY.items()):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **_MEMORY})  # noqa: S606


@contextmanager
def private_temporary(instance: Path) -> Iterator[Path]:
    """Give this process and its children a folder of their own for temporary files, in memory where there is one."""
    base = _TMPFS if _TMPFS.is_mount() and os.access(_TMPFS, os.W_OK) else instance
    owner = os.getpid()
    folder = tempfile.mkdtemp(prefix=f"guwah-{owner}-", dir=base)
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    try:
        yield Path(folder)
    finally:
        if os.getpid() == owner:  # a worker leaves by the same door
            shutil.rmtree(folder, ignore_errors=True)


def open_swap(swaps: Path = Path("/proc/swaps"), devices: Path = Path("/sys/class/block")) -> list[str]:
    """Return the swap areas that are not known to be encrypted or in memory."""
    try:
        listed = swaps.read_text().splitlines()[1:]
    except OSError:
        return []
    areas = [Path(line.split()[0]) for line in listed if line.strip()]
    return [str(area) for area in areas if not _is_safe(area.resolve().name, devices)]


def _is_safe(device: str, devices: Path) -> bool:
    try:
        return device.startswith("zram") or (devices / device / "dm/uuid").read_text().startswith("CRYPT-")
    except OSError:
        return False
