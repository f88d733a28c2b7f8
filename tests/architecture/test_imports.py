"""What is imported when: whoever has the plugin installed and no journeys pays for one small module."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"httpx", "httpcore", "yaml", "pydantic", "pydantic_core", "jsonpath_ng", "filelock"}
WATCH = """
import json, os, pathlib, sys

def pytest_sessionfinish():
    pathlib.Path(f"modules-{os.getpid()}.json").write_text(json.dumps(sorted(sys.modules)))
"""


def test_the_package_imports_nothing() -> None:
    """`import pytest_journeys` brings in this one module, and not one of anybody else."""
    program = "import sys; before = set(sys.modules); import pytest_journeys; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["pytest_journeys"]


@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["serial", "two-workers"])
def test_a_project_without_journeys_pays_for_the_plugin_module_only(tmp_path: Path, options: list[str]) -> None:
    """In every process of the session, at its end: the package, its plugin module, nothing heavy. And no store appears."""
    if options:
        pytest.importorskip("xdist")
    (tmp_path / "conftest.py").write_text(WATCH)
    (tmp_path / "test_plain.py").write_text("def test_one(): pass\ndef test_two(): pass\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    sessions = [set(json.loads(file.read_text())) for file in tmp_path.glob("modules-*.json")]
    assert len(sessions) == (3 if options else 1)
    for modules in sessions:
        ours = {name for name in modules if name.split(".")[0] == "pytest_journeys"}
        assert ours == {"pytest_journeys", "pytest_journeys.plugin"}
        assert not modules & HEAVY
    assert not (tmp_path / ".journeys").exists()
