"""Sealed state: what a killed session minted is there again, nothing is minted twice, and no byte of it can be read."""

import base64
import re

import pytest

from crash.ledger_server import PASSWORD
from crash.living import Done
from crash.project import Project
from crash.purchase import sent, trap

KEY = base64.b64encode(bytes(range(32))).decode()
NEWER = base64.urlsafe_b64encode(bytes(range(101, 133))).decode()
ONLY_R2 = ("-k", "r2", "-p", "no:randomly")

RESTORED = "login create fill1 pay1A | pay1A read1 poll1 poll1 coupon1 delete1"
REFRESHED = "login create fill1 pay1A | login pay1A read1 poll1 poll1 coupon1 delete1"


@pytest.fixture
def killed(project: Project) -> Project:
    """Give a project whose run was killed at its keyed payment, behind a login that set a cookie; state was sealed."""
    (project.server / "sessions").touch()
    project.trap(trap("r2", "pay1A", "kill", when="after"))
    assert project.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY).code == -9
    return project


def key_id_in(project: Project) -> str:
    """The key that the first session sealed with, as its journal names it."""
    text = "".join(path.read_text() for path in project.sessions[0].glob("*.journal"))
    (found,) = set(re.findall(r'"v1\.([0-9a-f]{8})\.', text))
    return found


def log_of(project: Project, step: str) -> list[str]:
    """What a step's log says."""
    logs: list[str] = next(one["logs"] for one in project.run_of("r2")["steps"] if one["id"] == step)
    return logs


def test_a_token_and_a_cookie_are_restored_without_a_second_login(killed: Project) -> None:
    """The ledger shows one login; the report says what was restored, and refreshes nothing."""
    done = killed.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY)
    assert (done.code, killed.ledger["r2"]) == (0, sent("r2", RESTORED))
    assert "refreshed" not in done.text
    assert "not restored" not in done.text
    assert log_of(killed, "pay")[0] == ("restored from sealed state: the cookie sid of sign-in, token of sign-in")


def test_what_the_server_has_let_go_of_is_refreshed(killed: Project) -> None:
    """A restored token that is refused with 401: one login, the request once more with the same key, and the run goes on."""
    (killed.server / "revoked").write_text("token-of-r2-1")
    done = killed.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY)
    assert (done.code, killed.ledger["r2"]) == (
        0,
        sent("r2", "login create fill1 pay1A | pay1A login pay1A read1 poll1 poll1 coupon1 delete1"),
    )
    told = "refused (401) with what was restored: the cookie sid of sign-in, token of sign-in"
    assert told in journals(killed)
    assert "1 step refreshed" in done.section


def test_what_was_let_go_of_before_a_cleanup_is_refreshed_too(project: Project) -> None:
    """A cleanup has no second attempt of its run to fall back to: its request goes out again with the new token."""
    project.trap(trap("r2", "delete1", "kill"))
    assert project.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY).code == -9
    (project.server / "revoked").write_text("token-of-r2-1")
    done = project.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY)
    assert (done.code, project.ledger["r2"]) == (
        0,
        sent("r2", "login create fill1 pay1A read1 poll1 poll1 coupon1 delete1 | delete1 login delete1"),
    )


def test_what_is_sealed_cannot_be_read(killed: Project) -> None:
    """Neither token nor cookie nor key is in any byte of the project, in clear or in base64; the ciphertext is there."""
    done = killed.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY)
    clear = ["token-of-r2-1", "session-of-r2-1", PASSWORD, KEY, KEY.rstrip("=")]
    spelt = [text.encode() for text in clear]
    spelt += [base64.b64encode(text.encode())[:12] for text in clear] + [
        bytes(range(32)),
        bytes(range(32)).hex().encode(),
    ]
    outside = ("secrets.env", "conftest.py")
    files = [path for path in killed.folder.rglob("*") if path.is_file() and path.name not in outside]
    found = {path.name for path in files for text in spelt if text in path.read_bytes()}
    assert (done.code, found) == (0, set())
    assert len(re.findall(r'"v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+"', journals(killed))) >= 2
    open_project = killed.folder / "control.txt"  # the positive control: the search finds what is in clear
    open_project.write_text("the token is token-of-r2-1")
    assert any(text in open_project.read_bytes() for text in spelt)


def journals(project: Project) -> str:
    """All journals."""
    return "".join(path.read_text() for path in sorted(project.store.rglob("*.journal")))


def test_a_rotated_key_opens_and_the_first_one_seals(killed: Project) -> None:
    """`NEW OLD` opens what the old one sealed; what is sealed from then on needs the new one alone."""
    killed.trap(trap("r2", "read1", "kill"))
    assert killed.run(*ONLY_R2, JOURNEYS_STATE_KEY=f"{NEWER}, {KEY}").code == -9
    done = killed.run(*ONLY_R2, JOURNEYS_STATE_KEY=f"{NEWER},{KEY}")
    assert (done.code, killed.ledger["r2"]) == (
        0,
        sent("r2", "login create fill1 pay1A | pay1A read1 | read1 poll1 poll1 coupon1 delete1"),
    )


@pytest.mark.parametrize("second", [NEWER, ""], ids=["another key", "no key"])
def test_without_its_key_the_run_goes_on_as_ever(killed: Project, second: str) -> None:
    """The login is refreshed; of what a refresh made the newest counts, sealed with the key of its session or not at all."""
    killed.trap(trap("r2", "read1", "kill"))
    given = {"JOURNEYS_STATE_KEY": second} if second else {}
    assert killed.run(*ONLY_R2, **given).code == -9
    assert killed.ledger["r2"] == sent("r2", "login create fill1 pay1A | login pay1A read1")
    killed.trap()
    done = killed.run(*ONLY_R2, **given)
    assert done.code == 0
    if second:  # the refreshed token was sealed with the other key
        assert killed.ledger["r2"] == sent(
            "r2", "login create fill1 pay1A | login pay1A read1 | read1 poll1 poll1 coupon1 delete1"
        )
    else:
        assert killed.ledger["r2"] == sent(
            "r2", "login create fill1 pay1A | login pay1A read1 | login read1 poll1 poll1 coupon1 delete1"
        )


def test_a_wrong_key_is_told(killed: Project) -> None:
    """The last section and the step's log name the key that sealed and those that are there, by their ids."""
    done = killed.run(*ONLY_R2, JOURNEYS_STATE_KEY=NEWER)
    assert (done.code, killed.ledger["r2"]) == (0, sent("r2", REFRESHED))
    told = f"sealed with key {key_id_in(killed)}, and JOURNEYS_STATE_KEY holds "
    assert f"not restored: 1 run: {told}" in done.section
    assert log_of(killed, "sign-in")[0].startswith(f"not restored: token of sign-in, the cookie sid of sign-in: {told}")


def test_a_missing_key_is_told(killed: Project) -> None:
    """Without the variable the login is refreshed as ever, and the key that would have opened is named."""
    done = killed.run(*ONLY_R2)
    assert (done.code, killed.ledger["r2"]) == (0, sent("r2", REFRESHED))
    told = f"sealed with key {key_id_in(killed)}, and JOURNEYS_STATE_KEY is not set"
    assert f"not restored: 1 run: {told}" in done.section


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (f"{KEY} not!base64", "key 2 in JOURNEYS_STATE_KEY is not base64"),
        (KEY[:20], "key 1 in JOURNEYS_STATE_KEY has 15 bytes, not 32"),
    ],
)
def test_what_is_no_key_is_refused_and_nothing_is_lost(killed: Project, given: str, told: str) -> None:
    """An error before anything is sent, which does not show it; the run stays open and is restored with the right key."""
    refused = killed.run(*ONLY_R2, JOURNEYS_STATE_KEY=given)
    shown_as_told(refused, told, "openssl rand -base64 32")
    assert not any(part in refused.text for part in given.split())
    assert killed.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY).code == 0
    assert killed.ledger["r2"] == sent("r2", RESTORED)


def test_a_missing_library_is_told_and_nothing_is_lost(killed: Project) -> None:
    """With a key set and no library: an error that names what to install."""
    (killed.folder / "cryptography.py").write_text("raise ImportError('not here')\n")
    refused = killed.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY)
    shown_as_told(refused, "(cryptography) is not installed", "pip install pytest-journeys[seal]")
    (killed.folder / "cryptography.py").unlink()
    assert killed.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY).code == 0
    assert killed.ledger["r2"] == sent("r2", RESTORED)


def shown_as_told(done: Done, *texts: str) -> None:
    """An error of the setup that says so."""
    assert (done.code, done.counts) == (1, {"error": 1}), done.text
    for text in texts:
        assert text in done.text


def test_without_a_key_the_library_is_not_imported_and_nothing_is_sealed(project: Project) -> None:
    """Not a byte of a store says anything of sealing, and no process has loaded the library."""
    (project.folder / "cryptography.py").write_text("raise SystemExit('imported')\n")
    done = project.run(*ONLY_R2)
    assert done.code == 0
    assert not re.search(r"seal|v1\.", re.sub(r'"cryptography[^"]*"', "", journals(project)))


DRAWN = """\
journey: purchase
inputs: {quantity: {type: integer}}
rows: rows.csv
secrets: [password]
variables:
  pin: {value: "${{ uuid() }}", secret: true}
  told: ${{ "pin " + variables.pin }}
defaults:
  base_url: ${{ env.ledger_url }}
steps:
  - id: sign-in
    request: POST /login
    json: {user: "${{ row.id }}", password: "${{ secrets.password }}", pin: "${{ variables.told }}"}
    derive: {token: {json: $.token, secret: true}}
  - id: create
    request: POST /login
    idempotency_key: auto
    json: {user: "${{ row.id }}", password: "${{ secrets.password }}", access_token: "${{ uuid() }}"}
    assert: {status: 200}
  - id: again
    request: POST /login
    json: {user: "${{ row.id }}", password: "${{ secrets.password }}", pin: "${{ variables.told }}"}
"""


def test_secret_variables_and_values_that_became_secrets_are_drawn_once(project: Project) -> None:
    """Sealed, the request in doubt leaves again byte for byte, and a drawn secret is what it was; else the run restarts."""
    (project.folder / "purchase.journey.yaml").write_text(DRAWN)
    project.trap(trap("r2", "login", "kill", nth=2))
    assert project.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY).code == -9
    done = project.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY)
    digests = [digest for _, _, _, digest in project.ledger["r2"]]
    assert (done.code, len(digests)) == (0, 4), done.text
    assert digests[1] == digests[2]
    assert digests[0] == digests[3]
    assert done.result_of("r2") == "PASSED (resumed at step 2/3)"


def test_a_run_that_re_enters_another_takes_over_what_is_sealed(project: Project) -> None:
    """What the failed run had sealed serves the new one, is sealed anew for it, and is restored when that is killed."""
    project.edit("{$.paid: true}", "{$.paid: false}")
    assert project.run(*ONLY_R2, JOURNEYS_STATE_KEY=KEY).code == 1
    project.edit("{$.paid: false}", "{$.paid: true}")
    project.trap(trap("r2", "read2", "kill"))
    again = (*ONLY_R2, "--journeys-resume=failed")
    assert project.run(*again, JOURNEYS_STATE_KEY=KEY).code == -9
    done = project.run(*again, JOURNEYS_STATE_KEY=KEY)
    assert (done.code, project.ledger["r2"]) == (
        0,
        sent(
            "r2",
            "login create fill1 pay1A read1 delete1 | create fill2 pay2B read2 | read2 poll2 poll2 coupon2 delete2",
        ),
    )


def test_a_session_with_workers_restores_too(project: Project) -> None:
    """What one process sealed another opens."""
    pytest.importorskip("xdist")
    (project.server / "sessions").touch()
    project.trap(trap("r2", "pay1A", "kill", when="after"))
    assert project.run("-k", "r2 or r1", "-n", "2", JOURNEYS_STATE_KEY=KEY).code == -9
    assert project.run("-k", "r2 or r1", "-n", "2", JOURNEYS_STATE_KEY=KEY).code == 0
    assert project.ledger["r2"] == sent("r2", RESTORED)
