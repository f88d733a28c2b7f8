"""`journeys check --against` beside a session that was really killed: it tells what the next pytest does."""

import signal
import subprocess

import pytest

from crash.project import Project


def test_a_killed_run_resumes_until_the_journey_is_edited(project: Project) -> None:
    """A run that a living session holds is not open; killed, it resumes; edited, it does not, and pytest begins it anew."""
    living = project.hold(["r1"], "read1")
    assert "0 open runs in .journeys" in project.journeys("check", "--against", ".journeys")
    living.signal(signal.SIGKILL, to_group=True)
    living.process.wait()
    project.trap()
    told = project.journeys("check", "--against", ".journeys")
    assert "purchase[r1] (interrupted, run_" in told
    assert "resumes\n" in told
    assert "1 open run in .journeys, 0 would not resume" in told
    project.edit("quantity * 250", "quantity * 300")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        project.journeys("check", "--against", ".journeys")
    assert refused.value.returncode == 1
    assert "  the journey was edited\n" in refused.value.stdout
    done = project.run()
    assert done.code == 0
    assert "resumed" not in done.result_of("r1")
