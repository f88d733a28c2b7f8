"""Python functions as steps: what they are given, what becomes of what they return, and of everything else they do."""

import json
import re
from typing import Any

import pytest

from face.project import Project

FLOWS = """
import asyncio, json, os, sys, time

def note(word):
    with open("ledger", "a") as file:
        print(word, file=file)

def restock(sku, *, amount=1, context):
    note(f"restock {sku} {amount}")
    context.log(f"restocking {sku}")
    return {"sku": sku, "left": [1, 2.5, None, True], "attempt": context.attempt, "step": context.step}

async def later(word):
    await asyncio.sleep(0.01)
    return {"word": word}

def drop(sku):
    note(f"drop {sku}")
"""

SHOP = """\
journey: shop
inputs: {sku: {type: string, default: A-1}}
steps:
  - id: restock
    call: flows:restock
    with: {sku: "${{ inputs.sku }}", amount: 3}
    assert:
      json: {$.sku: A-1, "$.left[1]": 2.5, $.attempt: 1}
      that: ["response.json.step == 'restock'", "len(response.text) > 10"]
    derive: {sku: $.sku}
    cleanup: {call: "flows:drop", with: {sku: "${{ steps.restock.sku }}"}}
  - id: later
    call: flows:later
    with: {word: "${{ steps.restock.sku }}"}
    derive: {word: $.word}
  - request: GET ${{ env.url }}/${{ steps.later.word }}
"""


def put(project: Project, journey: str, flows: str = FLOWS) -> None:
    """A project with a module of functions that pytest finds beside a conftest."""
    project.write(conftest_py="", flows_py=flows)
    project.journey(journey)


def ledger(project: Project) -> list[str]:
    """What the functions did."""
    path = project.folder / "ledger"
    return path.read_text().splitlines() if path.exists() else []


def step(project: Project, name: str) -> Any:
    """A step of the one run of the evidence document."""
    (run,) = project.evidence["runs"]
    return next(one for one in run["steps"] if one["id"] == name)


def one_step(call: str, *more: str) -> str:
    """A journey of one call."""
    lines = "".join(f"    {line}\n" for line in more)
    return f"journey: one\nsteps:\n  - id: it\n    call: {call}\n{lines}"


def run(project: Project, journey: str, flows: str, *arguments: str) -> Any:
    """Run a journey of one call; what pytest said."""
    put(project, journey, flows)
    return project.run("--journeys-json", "evidence.json", "--junitxml", "junit.xml", *arguments)


def test_functions_are_steps(project: Project, mode: tuple[str, ...]) -> None:
    """Arguments by name, what is returned asserted and derived like a body, sync and async, cleanup last, evidence of all."""
    put(project, SHOP)
    done = project.run("--journeys-json", "evidence.json", *mode)
    assert done.counts == {"passed": 1}, done.out
    assert ledger(project) == ["restock A-1 3", "drop A-1"]
    project.asked("GET /A-1")
    told = step(project, "restock")
    assert (told["kind"], told["outcome"], told["attempts"]) == ("call", "passed", 1)
    (call,) = told["calls"]
    assert json.loads(call["arguments"]["text"]) == {"sku": "A-1", "amount": 3}
    assert json.loads(call["returned"]["text"])["left"] == [1, 2.5, None, True]
    assert told["logs"] == ["restocking A-1"]
    assert step(project, "later")["used"][0]["value"] == "A-1"
    assert step(project, "restock.cleanup")["calls"][0]["returned"]["text"] == "null"


# what a function does wrong


def test_an_exception_is_told_by_its_own_lines(project: Project) -> None:
    """The step's error has kind and message; the notes are frames of the user's files only, the cause with them."""
    flows = """
def it():
    return inner({})

def inner(stock):
    try:
        return stock["A-1"]
    except KeyError as error:
        raise LookupError("no such thing") from error
"""
    done = run(project, one_step("flows:it"), flows)
    assert done.counts == {"failed": 1}
    assert "E580 it: flows:it raised LookupError: no such thing" in done.out
    error = step(project, "it")["error"]
    assert error["at"]["line"] == 4
    assert error["notes"] == [
        "flows.py:3 in it: return inner({})",
        'flows.py:9 in inner: raise LookupError("no such thing") from error',
        "caused by KeyError: 'A-1' (flows.py:7 in inner: return stock[\"A-1\"])",
    ]
    assert "pytest_journeys" not in done.out.partition("= journeys =")[0].partition("FAILURES")[2]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{'at': __import__('datetime').date(2020, 1, 1)}", "$.at is a date"),
        ("{'rows': [{1: 2}]}", "$.rows[0] has a key of type int, and keys are texts"),
        ("[float('nan')]", "$[0] is nan, which is no JSON number"),
        ("{1, 2}", "$ is a set"),
        ("b'bytes'", "$ is a bytes"),
        ("10 ** 5000", "returned what is not JSON"),
        ("(lambda a: a.append(a) or a)([])", "nested deeper than 100 levels, or holds itself"),
        ("open", "$ is a builtin_function_or_method"),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(project: Project, value: str, told: str) -> None:
    """Nothing is converted behind anybody's back."""
    done = run(project, one_step("flows:it"), f"def it():\n    return {value}\n")
    error = step(project, "it")["error"]
    assert (error["code"], done.counts) == ("E582", {"failed": 1})
    assert told in error["title"]


def test_nothing_returned_is_null(project: Project) -> None:
    """A function need not return anything; a tuple is a list."""
    journey = one_step("flows:it", "assert: {json: {$: {equals: null}}}") + (
        "  - call: flows:pair\n    assert: {json: {$: [1, 2]}}\n"
    )
    assert run(project, journey, "def it(): pass\ndef pair(): return (1, 2)\n").counts == {"passed": 1}


def test_a_system_exit_is_an_error_of_the_step(project: Project) -> None:
    """It ends neither pytest nor the other items."""
    project.alone()
    done = run(project, one_step("flows:it"), "import sys\ndef it(): sys.exit(3)\n")
    assert done.counts == {"failed": 1, "passed": 1}
    assert "flows:it raised SystemExit: 3" in done.out


def test_a_keyboard_interrupt_interrupts_the_session(project: Project) -> None:
    """As it does in a test: the run stays open, and the next session goes on by the policy in doubt."""
    flows = "import os\ndef it():\n    if not os.path.exists('ok'):\n        raise KeyboardInterrupt\n    return {}\n"
    done = run(project, one_step("flows:it", "in_doubt: resend"), flows)
    assert done.code == pytest.ExitCode.INTERRUPTED
    (project.folder / "ok").touch()
    done = project.run("--journeys-json", "evidence.json")
    assert done.counts == {"passed": 1}
    told = step(project, "it")
    assert (told["attempts"], told["reason"]) == (2, "called again: the outcome of attempt 1 is not known")


def test_a_function_gets_a_copy(project: Project) -> None:
    """What it does to its arguments changes no input, no later step and no evidence."""
    journey = """\
journey: one
variables: {stock: {list: [1, 2], name: ada}}
steps:
  - {id: it, call: "flows:it", with: {stock: "${{ variables.stock }}", fixed: [1]}}
  - {id: again, call: "flows:it", with: {stock: "${{ variables.stock }}", fixed: [1]}, assert: {json: {$: [2, 1]}}}
"""
    flows = (
        "def it(stock, fixed):\n    found = [len(stock['list']), len(fixed)]\n"
        "    stock['list'].append(3)\n    fixed.append(2)\n    return found\n"
    )
    assert run(project, journey, flows).counts == {"passed": 1}
    assert json.loads(step(project, "it")["calls"][0]["arguments"]["text"])["stock"]["list"] == [1, 2]


def test_what_it_returned_cannot_be_changed_later(project: Project) -> None:
    """What came back is what was told, whatever the function's own threads do with the object."""
    flows = """
import threading, time
def it():
    table = {"a": 1}
    threading.Thread(target=lambda: (time.sleep(0.05), table.update(a=2))).start()
    return table
def wait():
    time.sleep(0.1)
"""
    journey = one_step("flows:it", "derive: {a: $.a}") + (
        '  - call: flows:wait\n  - assert: {that: ["steps.it.a == 1"]}\n'
    )
    assert run(project, journey, flows).counts == {"passed": 1}


def test_what_it_prints_is_captured(project: Project) -> None:
    """As of a test: shown with a failure, and no part of anything else."""
    flows = "import sys\ndef it():\n    print('to stdout')\n    print('to stderr', file=sys.stderr)\n    return 1\n"
    done = run(project, one_step("flows:it", "assert: {json: {$: 2}}"), flows)
    assert "E510 it: json $ is 1, expected 2" in done.out
    assert "Captured stdout call" in done.out
    assert "to stdout" in done.out
    assert "to stderr" in done.out


def test_an_answer_of_ten_megabytes(project: Project) -> None:
    """It is asserted and derived from as a whole; evidence keeps a part and says so."""
    flows = "def it():\n    return {'rows': [{'n': n, 'text': 'x' * 90} for n in range(100_000)]}\n"
    journey = one_step(
        "flows:it", "assert: {json: {$.rows: {length: 100000}}}", "derive: {last: '$.rows[99999].n'}"
    ) + ('  - assert: {that: ["steps.it.last == 99999"]}\n')
    assert run(project, journey, flows).counts == {"passed": 1}
    returned = step(project, "it")["calls"][0]["returned"]
    assert returned["size"] > 10_000_000
    assert returned["cut_to"] <= 1024 * 1024
    assert (project.store / returned["file"]).stat().st_size == returned["cut_to"]


def test_a_fork_never_comes_back_into_the_run(project: Project) -> None:
    """A child that returns, raises or uses the context ends where the function does: the run is its parent's alone."""
    flows = """
import os
def note(word):
    with open("ledger", "a") as file:
        print(word, file=file)
def it(how, context):
    child = os.fork()
    if child:
        note(f"{how} parent {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}")
        return {}
    if how == "raises":
        raise ValueError
    if how == "stashes":
        try:
            context.stash(1)
        except RuntimeError as error:
            note(str(error))
    return {}
def after():
    note("after")
"""
    steps = "".join(f"  - {{call: 'flows:it', with: {{how: {how}}}}}\n" for how in ("returns", "raises", "stashes"))
    put(
        project,
        f"journey: one\nsteps:\n{steps}  - {{call: 'flows:it', with: {{how: limit}}, timeout: 9s}}\n  - call: flows:after\n",
        flows,
    )
    assert project.run_apart("-s").counts == {"passed": 1}
    refused = "the context of a call belongs to the process that was called, not to one that it forked"
    assert ledger(project) == [
        "returns parent 1",
        "raises parent 1",
        refused,
        "stashes parent 1",
        "limit parent 1",
        "after",
    ]


# time


FOREVER = """
import asyncio, time
def note(word):
    with open("ledger", "a") as file:
        print(word, file=file)
def it():
    while True:
        time.sleep(0.01)
def beats(context):
    try:
        while True:
            time.sleep(0.01)
            context.heartbeat()
    except TimeoutError as error:
        note(f"{error}")
        raise
async def waits():
    try:
        await asyncio.sleep(60)
    finally:
        note("unwound")
async def stubborn():
    while True:
        time.sleep(0.01)
def quick(context):
    return {"remaining": context.remaining}
def drop():
    note("dropped")
def own():
    raise TimeoutError("of its own")
async def own_later():
    raise TimeoutError("of its own")
"""


@pytest.mark.parametrize(
    ("function", "note"),
    [
        (
            "it",
            "it runs on in its thread, which nothing can end from outside; its next stash, heartbeat or log stops it",
        ),
        ("beats", "it"),  # runs on, or was told at a heartbeat: whichever comes first
        ("waits", "it was cancelled"),
        ("stubborn", "it runs on in its thread"),
    ],
)
def test_a_function_that_never_returns(project: Project, function: str, note: str) -> None:
    """The step ends in time as an error, says what became of the function, and the run's cleanup runs."""
    journey = one_step(f"flows:{function}", "timeout: 300ms") + "cleanup: {call: 'flows:drop'}\n"
    put(project, journey, FOREVER)
    done = project.run_apart("--journeys-json", "evidence.json")
    assert done.counts == {"failed": 1}, done.out
    error = step(project, "it")["error"]
    assert (error["code"], error["title"]) == ("E581", f"flows:{function} did not come back in 0.3 s")
    assert error["notes"][0].startswith(note)
    assert "dropped" in ledger(project)
    if function == "waits":
        assert "unwound" in ledger(project)


def test_a_limit_that_is_kept(project: Project) -> None:
    """The function knows how much time it has; a TimeoutError of its own is an exception like any other."""
    journey = (
        one_step(
            "flows:quick", "timeout: 5s", "assert: {json: {$.remaining: {between: [4, 5]}}}", "on_failure: continue"
        )
        + "  - {id: free, call: 'flows:quick', assert: {json: {$.remaining: {equals: null}}}}\n"
        + "  - {id: own, call: 'flows:own', timeout: 5s, on_failure: continue}\n"
        + "  - {id: later, call: 'flows:own_later', timeout: 5s}\n"
    )
    run(project, journey, FOREVER)
    assert [step(project, name)["outcome"] for name in ("it", "free")] == ["passed", "passed"]
    for name, function in (("own", "own"), ("later", "own_later")):
        assert step(project, name)["error"]["title"] == f"flows:{function} raised TimeoutError: of its own"


def test_a_coroutine_under_a_running_loop(project: Project) -> None:
    """An event loop that runs in pytest's own thread is no matter."""
    project.write(
        conftest_py="",
        flows_py="import asyncio\nasync def it():\n    await asyncio.sleep(0)\n    return {'ok': True}\n",
        start_py="import asyncio, sys, pytest\nasync def main():\n    return pytest.main(['-q', '-p', 'no:anyio'])\n"
        "sys.exit(asyncio.run(main()))\n",
    )
    project.journey(one_step("flows:it", "assert: {json: {$.ok: true}}"), name="one")
    done = project._apart("start.py")
    assert "1 passed" in done.out, done.out


# what is not there


@pytest.mark.parametrize(
    ("call", "given", "told", "helped"),
    [
        ("nowhere:it", "", "nowhere:it is not there: there is no module nowhere", "ini pythonpath"),
        ("flows:itt", "", "flows has no function itt", "did you mean flows:it?"),
        ("flows:Kind", "", "flows:Kind is a class, and a call needs a function", ""),
        ("flows:NUMBER", "", "flows:NUMBER is a int, and a call needs a function", ""),
        ("broken:it", "", "broken cannot be imported: ValueError: at import", "import broken"),
        ("lacking:it", "", "lacking cannot be imported: No module named 'nothing_like_it'", "import lacking"),
        ("flows:it", "with: {b: 1}", "flows:it cannot be called so: missing a required argument: 'a'", "it takes (a)"),
        ("flows:it", "with: {a: 1, b: 2}", "got an unexpected keyword argument 'b'", "it takes (a)"),
    ],
)
def test_a_function_that_is_not_there(project: Project, call: str, given: str, told: str, helped: str) -> None:
    """An error of the setup with its place, before anything is sent; --collect-only imports nothing."""
    project.write(
        broken_py="open('imported', 'w')\nraise ValueError('at import')\n", lacking_py="import nothing_like_it\n"
    )
    flows = "open('imported', 'w')\nNUMBER = 3\nclass Kind: pass\ndef it(a): pass\n"
    journey = (
        f"journey: one\nsteps:\n  - request: GET ${{{{ env.url }}}}/first\n  - id: it\n    call: {call}\n    {given}\n"
    )
    put(project, journey, flows)
    assert project.run("--collect-only").code == 0
    assert not (project.folder / "imported").exists()
    done = project.run()
    assert done.counts == {"error": 1}, done.out
    plain = re.sub(r"\s+", " ", done.out)
    assert told in plain
    assert helped in plain
    assert re.search(r"--> shop\.journey\.yaml:5:11", done.out), done.out
    project.asked()


def test_functions_are_found_as_pytest_finds_modules(project: Project) -> None:
    """In a folder of ini ``pythonpath``, in a package, and through a class or an object of the module."""
    project.write(
        pytest_ini="[pytest]\npythonpath = lib\n",
        lib__shop__orders_py="class Desk:\n    @staticmethod\n    def it(): return 1\n    def own(self): return 2\ndesk = Desk()\n",
    )
    (project.folder / "lib" / "shop" / "__init__.py").touch()
    steps = "".join(
        f"  - call: shop.orders:{name}\n    assert: {{json: {{$: {n}}}}}\n"
        for name, n in (("Desk.it", 1), ("desk.own", 2))
    )
    project.journey(f"journey: one\nsteps:\n{steps}")
    assert project.run().counts == {"passed": 1}


# coming back


def test_a_failed_run_is_re_entered_with_the_last_stash(project: Project) -> None:
    """What struck a function from outside left its step in doubt: who re-enters it goes on where it had come to."""
    flows = """
import os, pytest
def note(word):
    with open("ledger", "a") as file:
        print(word, file=file)
def it(context):
    for parcel in range(context.stashed or 0, 3):
        note(parcel)
        context.stash(parcel + 1)
        if not os.path.exists("ok"):
            pytest.fail("a time limit of somebody else")
"""
    assert run(project, one_step("flows:it"), flows).counts == {"failed": 1}
    (project.folder / "ok").touch()
    done = project.run("--journeys-resume=failed", "--journeys-json", "evidence.json")
    assert done.counts == {"passed": 1}, done.out
    assert ledger(project) == ["0", "1", "2"]


def test_a_run_is_cancelled_without_its_functions(project: Project) -> None:
    """Cleanup that needs no function that is not there is carried out; the one that does is an error by itself."""
    journey = """\
journey: one
steps:
  - request: POST ${{ env.url }}/orders
    cleanup:
      - {request: "DELETE ${{ env.url }}/orders"}
      - {call: "flows:gone"}
  - call: flows:it
"""
    flows = "def it():\n    raise KeyboardInterrupt\ndef gone(): pass\n"
    assert run(project, journey, flows).code == pytest.ExitCode.INTERRUPTED
    project.asked("POST /orders")
    (project.folder / "flows.py").unlink()
    name = next(re.findall(r"run_[a-z2-7]{26}", path.read_text())[0] for path in project.store.rglob("runs.jsonl"))
    done = project.journeys("cancel", name)
    project.asked("DELETE /orders")
    assert "flows:gone is not there" in " ".join(done.out.split()), done.out + done.err


# asking again


def test_a_call_is_polled(project: Project) -> None:
    """With permission it is called until its condition is met; each call is told."""
    flows = "def it(context):\n    return {'n': context.attempt}\n"
    journey = one_step("flows:it", "poll: {until: {json: {$.n: 3}}, every: 1ms, attempts: 5}", "safe: true")
    assert run(project, journey, flows).counts == {"passed": 1}
    told = step(project, "it")
    assert told["attempts"] == 3
    assert [call["attempt"] for call in told["calls"]] == [1, 2, 3]
    assert told["calls"][0]["called_again"] == "poll: json $.n is 1, expected 3"


def test_a_poll_of_a_call_ends(project: Project) -> None:
    """By its attempts, and by ``fail_if``."""
    flows = "def it(context):\n    return {'n': context.attempt}\n"
    ends = one_step("flows:it", "poll: {until: {json: {$.n: 9}}, every: 1ms, attempts: 2}", "safe: true")
    assert "E512" in run(project, ends, flows).out
    refused = one_step(
        "flows:it", "poll: {until: {json: {$.n: 9}}, fail_if: {json: {$.n: 2}}, every: 1ms, attempts: 5}", "safe: true"
    )
    assert "E513" in run(project, refused, flows).out
    assert step(project, "it")["attempts"] == 2


# secrets


def test_secrets_pass_the_gate(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments, what came back, log lines, exceptions and their lines show no secret; a derived one is usable later."""
    secret, token = "s3cret-of-the-shop", "tok-9c1f77e2aa"
    monkeypatch.setenv("JOURNEYS_SECRET_PASSWORD", secret)
    flows = f"""
def sign_in(password, context):
    context.log(f"signing in with {{password}}")
    context.log("the token is {token}")
    return {{"token": "{token}", "echo": password}}
def use(token):
    assert token == "{token}"
    raise ValueError(f"refused {{token}}")
"""
    journey = """\
journey: one
secrets: [password]
steps:
  - id: sign-in
    call: flows:sign_in
    with: {password: "${{ secrets.password }}"}
    derive: {token: {json: $.token, secret: true}, echo: $.echo}
  - {id: use, call: "flows:use", with: {token: "${{ steps.sign-in.token }}"}}
"""
    done = run(project, journey, flows)
    assert "flows:use raised ValueError: refused $TOKEN" in done.out
    told = step(project, "sign-in")
    assert json.loads(told["calls"][0]["arguments"]["text"]) == {"password": "$PASSWORD"}
    assert json.loads(told["calls"][0]["returned"]["text"]) == {"token": "$TOKEN", "echo": "$PASSWORD"}
    assert told["logs"] == ["signing in with $PASSWORD", "the token is $TOKEN"]
    assert told["derived"] == {"token": {"secret": True}, "echo": {"secret": True}}
    for path in [*project.store.rglob("*"), project.folder / "evidence.json", project.folder / "junit.xml"]:
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
            assert token.encode() not in path.read_bytes(), path


def test_a_stash_holds_no_secret(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is known is refused and not written; what became a secret later is told as an error of the step."""
    monkeypatch.setenv("JOURNEYS_SECRET_PASSWORD", "s3cret-of-the-shop")
    flows = """
def known(password, context):
    context.stash({"deep": [f"x{password}x"]})
def later(context):
    context.stash({"found": "tok-9c1f77e2aa"})
    return {"token": "tok-9c1f77e2aa"}
def odd(context):
    context.stash({1: 2})
def large(context):
    context.stash("x" * 1024 * 1024)
"""
    journey = """\
journey: one
secrets: [password]
steps:
  - {id: known, call: "flows:known", with: {password: "${{ secrets.password }}"}, on_failure: continue}
  - {id: odd, call: "flows:odd", on_failure: continue}
  - {id: large, call: "flows:large", on_failure: continue}
  - {id: later, call: "flows:later", derive: {token: {json: $.token, secret: true}}}
"""
    run(project, journey, flows)
    titles = {name: step(project, name)["error"]["title"] for name in ("known", "odd", "large", "later")}
    assert titles["known"].startswith(
        "flows:known raised ValueError: a stash is written to disk, and this one holds a secret"
    )
    assert titles["odd"] == "flows:odd raised TypeError: a stash is JSON: $ has a key of type int, and keys are texts"
    assert (
        titles["large"] == "flows:large raised ValueError: a stash has at most 1048576 bytes, and this one has 1048578"
    )
    assert titles["later"] == "a stash of this call holds what became a secret, and stashes are written to disk"
    assert not any(b"s3cret" in path.read_bytes() for path in project.store.rglob("*") if path.is_file())
