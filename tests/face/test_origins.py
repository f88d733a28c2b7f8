"""What a request of a journey carries, by where it goes to: what is default belongs to the origin of the default base_url."""

import pytest

from face.project import Project

ORIGINS = """\
journey: origins
secrets: [key]
defaults:
  base_url: ${{ env.url }}
  headers: {x-key: "${{ secrets.key }}"}
  query: {page: 1}
  cookies: {theme: dark}
  auth: {bearer: "${{ secrets.key }}"}
steps:
  - request: GET /home
  - request: GET /elsewhere
    base_url: ${{ env.other }}
  - request: GET ${{ env.other }}/whole
  - request: GET ${{ env.other }}/without-a-base
    base_url: null
  - request: GET /said
    base_url: ${{ env.other }}
    headers: {x-key: "${{ secrets.key }}"}
  - request: GET /below
    base_url: ${{ env.url }}/v2
"""

LATER = """\
journey: later
secrets: [key]
defaults:
  base_url: ${{ steps.find.url }}
  headers: {x-key: "${{ secrets.key }}"}
steps:
  - id: find
    request: GET ${{ env.other }}/find
    derive: {url: {value: "${{ env.url }}"}}
  - request: GET /found
"""


@pytest.fixture
def secretive(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Give a project with a secret, whose server has another name as well: that is another origin."""
    monkeypatch.setenv("JOURNEYS_SECRET_KEY", "a-secret-of-some-length")
    monkeypatch.setenv("JOURNEYS_ENV_OTHER", project.server.url.replace("127.0.0.1", "localhost"))
    return project


def carried(project: Project) -> dict[str, set[str]]:
    """The parts of the defaults that each step's request carried."""
    found = {}
    for step in project.evidence["runs"][0]["steps"]:
        request = step["exchanges"][0]["request"]
        names = {name.lower() for name, _ in request["headers"]} & {"x-key", "authorization", "cookie"}
        found[step["id"]] = names | ({"query"} if "page=1" in request["url"] else set())
    return found


def test_defaults_stay_at_home(secretive: Project) -> None:
    """A step's own base_url on another host gets no default, as a whole URL there gets none; what the step says, it gets."""
    secretive.journey(ORIGINS, name="origins")
    done = secretive.run("--journeys-json=evidence.json")
    assert done.code == 0, done.out
    whole = {"x-key", "authorization", "cookie", "query"}
    assert carried(secretive) == {
        "get-home": whole,
        "get-elsewhere": set(),
        "get-whole": set(),
        "get-without-a-base": set(),
        "get-said": {"x-key"},
        "get-below": whole,
    }


def test_defaults_wait_for_their_home(secretive: Project) -> None:
    """Before the step that yields the default base_url no default goes anywhere."""
    secretive.journey(LATER, name="later")
    done = secretive.run("--journeys-json=evidence.json")
    assert done.code == 0, done.out
    assert carried(secretive) == {"find": set(), "get-found": {"x-key"}}
