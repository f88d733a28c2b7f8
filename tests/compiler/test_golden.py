"""The manual's journeys compile to the artifacts that are kept here, byte for byte, everywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from compiler.journeys import compiled
from pytest_journeys.artifact.codec import decode_artifact, decode_source_map, encode_artifact, encode_source_map
from pytest_journeys.values.canonical import digest_of_bytes

GOLDEN = Path(__file__).parent / "golden"
NAMES = ["checkout-flow", "who-am-i"]


def _text(name: str) -> str:
    return (GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_manuals_journeys_compile_to_the_kept_artifacts(name: str) -> None:
    """Whatever changes these bytes changes the digest of every journey: it is done on purpose or not at all."""
    found = compiled(_text(name))
    assert found.diagnostics == ()
    assert found.artifact is not None
    kept = json.loads((GOLDEN / f"{name}.artifact.json").read_text(encoding="utf-8"))
    assert json.loads(encode_artifact(found.artifact)) == kept


@pytest.mark.parametrize("name", NAMES)
def test_the_manuals_journeys_keep_their_source_maps(name: str) -> None:
    """Every place of an artifact is told with the line and column where it was written."""
    found = compiled(_text(name))
    assert found.source_map is not None
    kept = json.loads((GOLDEN / f"{name}.map.json").read_text(encoding="utf-8"))
    assert json.loads(encode_source_map(found.source_map)) == kept


@pytest.mark.parametrize("name", NAMES)
def test_what_is_compiled_is_read_back(name: str) -> None:
    """An artifact and a source map survive the way through their bytes."""
    found = compiled(_text(name))
    assert found.artifact is not None
    assert found.source_map is not None
    assert decode_artifact(encode_artifact(found.artifact)) == found.artifact
    assert decode_source_map(encode_source_map(found.source_map)) == found.source_map


_IN_A_PROCESS = """
import sys
from pathlib import Path
from pytest_journeys.artifact.codec import digest_of_artifact, encode_source_map
from pytest_journeys.compiler.compiler import compile_journey
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.source import Source
for name in sys.argv[1:]:
    found = compile_journey(Source("checkout.journey.yaml", Path(name).read_text(encoding="utf-8")), read=Path.read_bytes)
    print(digest_of_artifact(found.artifact), digest_of_bytes(encode_source_map(found.source_map)))
"""


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_equal_text_gives_equal_bytes_whatever_the_hash_seed(seed: str) -> None:
    """No order of a set or of a dictionary's hashes reaches the artifact or the map."""
    files = [str(GOLDEN / f"{name}.yaml") for name in NAMES]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    printed = subprocess.run(
        [sys.executable, "-c", _IN_A_PROCESS, *files], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    expected: list[str] = []
    for name in NAMES:
        found = compiled(_text(name))
        assert found.artifact is not None
        assert found.source_map is not None
        expected += [
            digest_of_bytes(encode_artifact(found.artifact)),
            digest_of_bytes(encode_source_map(found.source_map)),
        ]
    assert printed == expected
