"""A compiled artifact run in the place of the live definition: by its id, by its version, or as a file elsewhere."""

import json
from pathlib import Path

import pytest

from face.project import MODES, SHOP, Done, Project, shop_requests

ROWS = SHOP[SHOP.index("rows:") : SHOP.index("steps:")]
FROM_FILE = SHOP.replace(ROWS, "rows: rows/shop.csv\n").replace(
    '    json: {times: "${{ steps.look.times }}"}\n',
    '    file: files/order.txt\n    headers: {x-times: "${{ steps.look.times }}"}\n',
)
CSV = "id,number\none,1\ntwo,2\nthree,3\n"


def compiled(project: Project, text: str = SHOP) -> Path:
    """The artifact file that `journeys compile` makes of the shop."""
    project.journey(text)
    done = project.journeys("compile", "shop.journey.yaml", "-o", "shop.journey.json")
    assert done.code == 0, done.err
    return project.folder / "shop.journey.json"


def intents(project: Project, run: str) -> list[tuple[str, str, str]]:
    """The ordered requests of a run: method, URL, digest of the rendering."""
    found = []
    for journal in sorted(project.store.glob("sessions/*/*.journal")):
        for line in journal.read_text().splitlines():
            for event in json.loads(line.split(" ", 2)[2].partition("\t")[0]):
                if event["is"] == "intent" and event["run"] == run:
                    found.append((event["method"], event["url"], event["digest"]))
    return found


def runs_of(project: Project, done: Done) -> dict[str, str]:
    """The run ids of the session that ended last, by row."""
    assert done.code == 0, done.out
    return {run["row"]: run["id"] for run in project.evidence["runs"]}


@pytest.mark.parametrize("how", ["id", "version", "file"])
def test_an_artifact_takes_the_place_of_the_live_file(project: Project, how: str, mode: tuple[str, ...]) -> None:
    """The plan is that of the artifact, whatever the file says now: method, URL and rendering of each request."""
    path = compiled(project)
    before = runs_of(project, project.run("--journeys-json=evidence.json"))
    plans = [sorted(intents(project, run)) for run in before.values()]
    reference = {"id": project.evidence["runs"][0]["artifact"], "version": "shop@v1", "file": path.name}[how]
    project.asked(*shop_requests(1, 2, 3))

    project.journey(SHOP.replace("/items", "/edited"))
    project.server.answer("/items/1", body={"asked": 1})
    project.server.answer("/items/2", body={"asked": 1})
    project.server.answer("/items/3", body={"asked": 1})
    after = runs_of(project, project.run("--journeys-json=evidence.json", f"--journeys-artifact={reference}", *mode))
    assert set(before.values()).isdisjoint(after.values())
    assert [sorted(intents(project, after[row])) for row in before] == plans
    project.asked(*shop_requests(1, 2, 3))


def test_an_artifact_runs_without_its_yaml(project: Project) -> None:
    """Named as a test path in another folder, with row and upload files beside it; a failure shows line and excerpt."""
    project.write(rows__shop_csv=CSV, files__order_txt="an order")
    path = compiled(project, FROM_FILE)
    elsewhere = project.folder / "elsewhere"
    elsewhere.mkdir()
    path.rename(elsewhere / path.name)
    (project.folder / "rows").rename(elsewhere / "rows")
    (project.folder / "files").rename(elsewhere / "files")
    (project.folder / "shop.journey.yaml").unlink()
    project.server.answer("/orders/2", status=500)

    done = project.run("elsewhere/shop.journey.json", "-v")
    assert done.words == {"shop[one]": "PASSED", "shop[two]": "FAILED", "shop[three]": "PASSED"}
    assert "  --> shop.journey.yaml:12:22\n   |\n12 |     assert: {status: 200}\n" in done.out
    project.asked(*shop_requests(1, 2, 3))


def test_an_artifact_file_is_not_collected_by_itself(project: Project) -> None:
    """Only who names it runs it: beside its journey it would be the same rows twice."""
    compiled(project)
    assert project.run().counts == {"passed": 3}


@pytest.mark.parametrize(
    ("reference", "mode"),
    [
        *(
            (reference, MODES["serial"])
            for reference in ("artifact_000000000000", "nowhere.journey.json", "pytest.ini")
        ),
        *(("shop@v9", mode) for mode in MODES.values()),
    ],
)
def test_a_reference_that_leads_nowhere(project: Project, reference: str, mode: tuple[str, ...]) -> None:
    """It is a usage error with a sentence, told once."""
    project.journey()
    project.write(pytest_ini="[pytest]\n")
    done = project.run(f"--journeys-artifact={reference}", *mode)
    assert done.code == pytest.ExitCode.USAGE_ERROR, done.out
    assert done.err.count("ERROR: ") == 1
    assert f"ERROR: --journeys-artifact {reference}:" in done.err
    assert "Traceback" not in done.out + done.err
    project.asked()
