"""What a row costs on the disk: one append and at most one sync a step, as the kernel sees it."""

import re
import shutil
import subprocess
import sys

import pytest

from face.project import Project

SEVEN = "\n".join(
    [
        "journey: seven",
        "rows: [{id: only}]",
        "steps:",
        "  - {id: first, request: 'POST ${{ env.url }}/first', derive: {asked: $.asked}}",
        *(
            f"  - {{id: step-{number}, request: '{method} ${{{{ env.url }}}}/{number}/${{{{ steps.first.asked }}}}'}}"
            for number, method in enumerate(("GET", "POST", "GET", "POST", "GET", "POST"), start=2)
        ),
        "",
    ]
)
"""A row of seven steps; each after the first uses what the first derived."""

HEADER = ["append", "sync"]
"""A journal begins with its header, synced before anything is done."""


def on_the_journal(project: Project, *arguments: str) -> list[str]:
    """What one pytest asked of the kernel for its journal, in order: ``append``, ``sync``."""
    trace = project.folder / "trace"
    command = ["strace", "-f", "-y", "-e", "trace=write,writev,pwrite64,fsync,fdatasync,sync_file_range,openat"]
    command += ["-o", str(trace), sys.executable, "-m", "pytest", "-q", *arguments]
    done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    calls = re.findall(r"^\d+ +(\w+)\(\d+<[^>]*\.journal>", trace.read_text(), re.M)
    return ["sync" if "sync" in call else "append" for call in calls]


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace on this machine")
def test_a_step_is_one_append_and_one_sync(project: Project) -> None:
    """At `power` a passed row of seven steps is eight appends, each synced before the next.

    The first line holds the first intent, each step's line its outcome and the next intent, the last one the run's end.
    """
    project.journey(SEVEN, name="seven")
    done = on_the_journal(project, "--journeys-durability=power")
    assert done[:17] == [*HEADER, *["append", "sync"] * 7, "append"]
    assert set(done[17:]) == {"sync"}  # the row's last line, and the seal's


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace on this machine")
def test_at_process_no_step_waits_for_the_disk(project: Project) -> None:
    """At `process` a row is the same eight appends, and nothing is synced between its first and its last."""
    project.journey(SEVEN, name="seven")
    done = on_the_journal(project, "--journeys-durability=process")
    assert done[:10] == [*HEADER, *["append"] * 8]
    assert set(done[10:]) == {"sync"}  # the end's, and the seal's
