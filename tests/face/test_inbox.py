"""The receiver for callbacks: it takes what it should, refuses the rest, and shows no token."""

import http.client
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from face.project import Project

WEBHOOK = """\
journey: webhook
steps:
  - request: POST ${{ env.url }}/jobs
    json: {callback: "${{ signals.done.token }}"}
  - signal: done
    derive: {status: $.status}
  - request: GET ${{ env.url }}/results/${{ steps.done.status }}
"""


@dataclass
class Listening:
    """A receiver that runs."""

    child: "subprocess.Popen[str]"
    port: int

    def send(self, path: str, body: bytes, method: str = "POST", **headers: str) -> int:
        """Send something; the status of the answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        line.request(method, path, body, headers)
        return line.getresponse().status

    def end(self) -> str:
        """End it; what it told."""
        self.child.terminate()
        out, err = self.child.communicate(timeout=10)
        assert err == ""
        return out


@pytest.fixture
def receiver(project: Project) -> Iterator[Listening]:
    """Give a receiver that was started before there is a store."""
    code = "import sys; from pytest_journeys.cli import main; sys.exit(main())"
    child = subprocess.Popen(
        [sys.executable, "-c", code, "inbox", "--port", "0", "--store", ".journeys"],
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    found = re.search(r"taken at http://127\.0\.0\.1:(\d+)/TOKEN", first)
    assert found is not None, first
    yield Listening(child, int(found[1]))
    child.kill()
    child.communicate()


def test_a_callback_wakes_the_run(project: Project, receiver: Listening) -> None:
    """A job is started and handed the token; its callback is the answer, once."""
    project.journey(WEBHOOK, name="webhook")
    assert project.run().counts == {"skipped": 1}
    token = json.loads(project.server.bodies[0])["callback"]
    assert receiver.send(f"/{token}", b'{"status": "paid"}') == 202
    assert receiver.send(f"/{token}", b'{"status": "void"}') == 409
    assert project.run().counts == {"passed": 1}
    assert receiver.send(f"/{token}", b"{}") == 409
    project.asked("POST /jobs", "GET /results/paid")
    told = receiver.end()
    assert "is answered" in told
    assert token not in told


def test_what_is_no_answer_is_refused(project: Project, receiver: Listening) -> None:
    """Each with its status; nothing is written, and the right answer is taken after all of it."""
    project.journey(WEBHOOK, name="webhook")
    project.run()
    token = json.loads(project.server.bodies[0])["callback"]
    assert receiver.send("/sig_" + "a" * 26, b"{}") == 404
    assert receiver.send("/../outside", b"{}") == 404
    assert receiver.send("/", b"{}") == 404
    assert receiver.send(f"/{token}", b"{") == 400
    assert receiver.send(f"/{token}", b"\xff") == 400
    assert receiver.send(f"/{token}", b"", "GET") == 405
    assert receiver.send(f"/{token}", b"{}", "PUT") == 405
    assert receiver.send(f"/{token}", b"x", **{"content-length": str(2**20 + 1)}) == 413
    assert receiver.send(f"/{token}", b"x", **{"content-length": "9" * 40}) == 413
    assert receiver.send(f"/{token}", b"x", **{"content-length": "-1"}) == 411
    assert not (project.store / "inbox").exists()
    assert receiver.send(f"/{token}", b'{"status": "paid"}') == 202
    assert project.run().counts == {"passed": 1}


def test_slow_clients_hinder_nobody(project: Project, receiver: Listening) -> None:
    """Connections that say nothing are bounded in number and in time; others are answered."""
    project.journey(WEBHOOK, name="webhook")
    project.run()
    token = json.loads(project.server.bodies[0])["callback"]
    silent = [socket.create_connection(("127.0.0.1", receiver.port), timeout=5) for _ in range(20)]
    try:
        assert receiver.send(f"/{token}", b'{"status": "paid"}') == 202
    finally:
        for line in silent:
            line.close()


def test_a_port_that_is_taken_is_told(project: Project, receiver: Listening) -> None:
    """A usage error, no traceback."""
    for port in (str(receiver.port), "99999"):
        done = project.journeys("inbox", "--port", port)
        assert done.code == 4
        assert f"--port {port}: " in done.err
        assert "Traceback" not in done.err
