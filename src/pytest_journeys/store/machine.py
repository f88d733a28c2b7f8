"""Which machine this is, and since which start of it: what tells a kill from a power failure."""

import functools
import os
import platform
from pathlib import Path


@functools.cache
def boot_id() -> str:
    """A text that changes when the machine starts anew; empty where the system does not tell.

    An empty one equals no other: then nothing is trusted that only the operating system had been handed.
    """
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


@functools.cache
def host() -> str:
    """The machine's name, for messages only."""
    return platform.node()


def is_gone(pid: int) -> bool:
    """Whether no process of this machine has the number; False where the system cannot be asked without harm."""
    if os.name != "posix":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
