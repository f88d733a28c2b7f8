import re
import subprocess
import sys
from pathlib import Path

from pytest_journeys import bindings
from pytest_journeys.bindings.codes import CODES
from pytest_journeys.bindings.complaints import Complaints
from pytest_journeys.bindings.file_text import MOST_BYTES, TooLarge, text_of


def test_every_code_that_is_given_has_a_page_and_the_other_way_about() -> None:
    """No code without an explanation, no explanation of a code that is never given, none twice."""
    room = Path(bindings.__path__[0])
    given = {
        code
        for module in room.glob("*.py")
        if module.name != "codes.py"
        for code in re.findall(r'"(E6\d\d)"', module.read_text(encoding="utf-8"))
    }
    paged = [page.code for page in CODES]
    assert sorted(given) == paged


def test_a_file_beyond_the_limit_is_refused() -> None:
    """With its size, before anything is read."""
    complaints = Complaints("rows.csv")
    assert text_of(TooLarge(size=MOST_BYTES + 1), complaints) is None
    assert [found.title for found in complaints.diagnostics()] == ["a file of 268 MB; 268 MB is the limit"]


def test_csv_rows_bring_nothing_heavy() -> None:
    """Reading CSV rows and binding inputs imports no vendor library: a warm start pays for none."""
    program = (
        "import sys\n"
        "from pytest_journeys.artifact.model import Artifact, Input, Rows\n"
        "from pytest_journeys.artifact.source_map import SourceMap\n"
        "from pytest_journeys.bindings import environment, fingerprint, given, inputs, rows, subject\n"
        "artifact = Artifact(journey='j', inputs=(Input(name='a', type='integer'),), rows=Rows(file='r.csv'))\n"
        "found = rows.read_rows(artifact, SourceMap(file='j', source_digest=''), b'a\\n1\\n', 'r.csv')\n"
        "assert found[0].values == {'a': 1}\n"
        "heavy = {'yaml', 'pydantic', 'jsonpath_ng', 'httpx', 'filelock'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
