"""Files beside a journey."""

from pathlib import Path

import pytest

from pytest_journeys.adapters.sources import FolderSources
from pytest_journeys.values.errors import SetupError


def test_files_are_read_relative_to_the_folder(tmp_path: Path) -> None:
    """Bytes as they are, in folders below, beside and by absolute path."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "row.bin").write_bytes(b"\x00\xff")
    sources = FolderSources(tmp_path / "a")
    assert sources.read("b/row.bin") == b"\x00\xff"
    assert sources.read("../a/b/row.bin") == b"\x00\xff"
    assert sources.read(str(tmp_path / "a" / "b" / "row.bin")) == b"\x00\xff"


@pytest.mark.parametrize(
    ("path", "reason"), [("none.csv", "no such file"), ("b", "is a directory"), ("nul\0", "null byte")]
)
def test_what_cannot_be_read_is_an_error_of_setup(tmp_path: Path, path: str, reason: str) -> None:
    """Missing, a folder, no path at all: the message names the file, the help the folder."""
    (tmp_path / "b").mkdir()
    with pytest.raises(SetupError, match=reason) as caught:
        FolderSources(tmp_path).read(path)
    assert path in str(caught.value)
    assert str(tmp_path) in caught.value.help
