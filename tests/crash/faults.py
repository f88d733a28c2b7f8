"""What a run of the fault suite is asked and what it tells: a seed, how much is left out, counts by layer and kind.

`JOURNEYS_FAULTS_SEED` (1) decides what is drawn, cut and garbage; where real processes are killed there is no chance.
`JOURNEYS_FAULTS` is ``all`` in `tox -e crash`; without it a part is tried that takes seconds.
"""

import os
import platform
import subprocess
from collections import Counter
from pathlib import Path

SEED = int(os.environ.get("JOURNEYS_FAULTS_SEED", "1"))
IS_WHOLE = os.environ.get("JOURNEYS_FAULTS") == "all"
COUNTED: dict[str, Counter[str]] = {}
"""By layer, how often what was tried."""
NOT_SIMULATED = (
    "drives that lie about a sync, bad sectors that appear later, faults of a file system's own journal",
    "names of one folder that reach the disk out of order; a rename that is not atomic; NFS and other network file systems",
    "Windows and macOS (their syncs and locks), a clock that jumps, processes that are frozen and woken",
    "power failure of the machine itself: only the simulated disk loses power",
    "at `process`, what was done and not recorded before a power failure: it is begun again, as documented",
)


CHECKED = "checked behind all these"
"""The layer that is told last: requests that were compared, stores that were verified."""


def count(layer: str, what: str, number: int = 1) -> None:
    """Add to what is told at the end."""
    COUNTED.setdefault(layer, Counter())[what] += number


def every(whole: int, part: int) -> int:
    """Of how many states one is taken."""
    return whole if IS_WHOLE else part


def told(scratch: Path) -> list[str]:
    """The lines that are printed at the end, and kept in `docs/fault-suite.md`."""
    system = f"{platform.system()} {platform.release()}; file system {_file_system(scratch)}"
    lines = [f"seed {SEED}; Python {platform.python_version()}; {system}"]
    for layer in sorted(COUNTED, key=lambda layer: (layer == CHECKED, layer)):
        lines += ["", layer, *(f"{number:7} {what}" for what, number in sorted(COUNTED[layer].items()))]
    return [*lines, "", "not simulated", *(f"        {text}" for text in NOT_SIMULATED)]


def _file_system(path: Path) -> str:
    done = subprocess.run(["stat", "-f", "-c", "%T", str(path)], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
