"""The pytest face, as every pytest session loads it: options, one suffix test per file, an id for xdist's workers.

Imports pytest and the standard library only. Everything else waits for the first journey: a session without one pays for
this module and for nothing else (`tests/architecture` asserts it).
"""

import base64
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

SUFFIXES: Final = (".journey.yaml", ".journey.yml")
ARTIFACT_SUFFIX: Final = ".journey.json"
WORKER_INPUT: Final = "journeys_session"
WORKER_TELLS: Final = "journeys_tells"
"""Given to one of xdist's workers: what all of them know alike is told by this one."""

WORKER_OUTPUT: Final = "journeys_left"
REFUSED: Final = "refused.journey.yaml"
SESSION: Final = pytest.StashKey[str]()
WORKERS: Final = pytest.StashKey[int]()
FAILED: Final = pytest.StashKey[int]()
"""How many of xdist's workers died."""


class JourneyWarning(pytest.PytestWarning):
    """What the compiler finds odd in a journey, and not wrong."""


@dataclass(frozen=True)
class Option:
    """One setting: ``--journeys-NAME`` and its ini twin ``journeys_NAME``; without `flag` it is ini only."""

    name: str
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    repeats: bool = False
    flag: bool = True
    default: str = ""
    is_number: bool = False

    @property
    def ini(self) -> str:
        """The ini twin's name."""
        return f"journeys_{self.name.replace('-', '_')}"


OPTIONS: Final = (
    Option("env", "environment file environments/NAME.yaml that gives env.* values", "NAME"),
    Option("input", "a run input (repeatable); wins over preset and default", "KEY=VALUE", repeats=True),
    Option("preset", "a named set of run inputs, where a journey declares it", "NAME"),
    Option("rows", "other rows for the one selected journey that has rows", "FILE"),
    Option("store", "where sessions are kept (default: .journeys in rootdir)", "DIR"),
    Option(
        "resume",
        "what to do with earlier runs: go on with interrupted ones (default), with failed ones too, or with none",
        choices=("interrupted", "failed", "never"),
        default="interrupted",
    ),
    Option(
        "in-doubt",
        "overrides recovery.in_doubt for requests whose outcome is not known; a step's own stands",
        choices=("restart", "resend", "fail"),
    ),
    Option(
        "durability",
        "what a checkpoint survives: power loss (default) or the end of the process",
        choices=("power", "process"),
        default="power",
    ),
    Option(
        "artifact", "run a compiled artifact instead of the live definition: artifact_..., NAME@vN or a file", "REF"
    ),
    Option("json", "write the evidence of the session to this file", "PATH"),
    Option(
        "evidence",
        "what reports show of passing runs (default: always)",
        choices=("always", "on-failure"),
        default="always",
    ),
    Option("subject", "what is being tested: a build, a commit", "TEXT"),
    Option("env-dir", "folder of environment files", flag=False, default="environments"),
    Option("secrets-file", "file of secrets, NAME=VALUE lines, relative to rootdir", flag=False),
    Option("secrets-command", "command that prints a secret; {name} stands for its name", flag=False),
    Option("subject-command", "command that prints what is being tested", flag=False),
    Option(
        "lock-wait", "seconds to wait for the last worker of a dead session", flag=False, default="10", is_number=True
    ),
    Option("grace", "seconds that a request in flight may take after Ctrl-C", flag=False, default="2", is_number=True),
    Option(
        "park-after",
        "seconds that a waiting step is waited for; what takes longer parks the run",
        flag=False,
        default="60",
        is_number=True,
    ),
    Option(
        "parked",
        "how the item of a parked run is reported: skip (default) or fail",
        choices=("skip", "fail"),
        flag=False,
        default="skip",
    ),
    Option("keep", "past sessions that stay in the store", flag=False, default="20", is_number=True),
    Option("keep-days", "days for which past sessions stay in the store", flag=False, default="30", is_number=True),
    Option("body-limit", "bytes of a body that evidence keeps", flag=False, default="1048576", is_number=True),
)


class Hooks:
    """What a conftest or a plugin may implement."""

    @pytest.hookspec(firstresult=True)
    def pytest_journeys_clock(self, config: pytest.Config) -> object:
        """The clock that journeys go by, as `pytest_journeys.testing.clock.ManualClock`; None for this machine's.

        Asked once in each process that runs journeys, xdist's workers included.
        """


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """The hooks of `Hooks`."""
    pluginmanager.add_hookspecs(Hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Each option and its ini twin."""
    group = parser.getgroup("journeys", "API journeys")
    for option in OPTIONS:
        if option.repeats:
            parser.addini(option.ini, option.help, type="linelist", default=None)
        else:
            parser.addini(option.ini, option.help, type="string", default=None)
        if option.flag:
            more: dict[str, Any] = {"choices": option.choices} if option.choices else {"metavar": option.metavar}
            group.addoption(
                f"--journeys-{option.name}",
                dest=option.ini,
                action="append" if option.repeats else "store",
                default=None,
                help=option.help,
                **more,
            )


def pytest_configure(config: pytest.Config) -> None:
    """What an ini file sets is looked at in every session: a wrong word is a usage error, wherever it would strike."""
    for option in OPTIONS:
        value = config.getini(option.ini) if option.choices or option.is_number else ""
        if value and value not in option.choices and not (option.is_number and value.isdecimal()):
            from pytest_journeys.plugin.settings import settings_of  # knows what is right, and says so

            settings_of(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Journeys by their suffix; an artifact file when it is named on the command line."""
    name = file_path.name
    if name.endswith(SUFFIXES):
        from pytest_journeys.plugin.arrival import arriving

        with arriving():
            from pytest_journeys.plugin.collection import JourneyFile

        return JourneyFile.begin(file_path, parent)
    if name.endswith(ARTIFACT_SUFFIX) and parent.session.isinitpath(file_path):
        from pytest_journeys.plugin.collection import ArtifactFile

        return ArtifactFile.begin(file_path, parent)
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand each xdist worker the id that the session will have if it selects a journey."""
    config = node.config
    if SESSION not in config.stash:
        chance = base64.b32encode(os.urandom(5)).decode("ascii").lower()
        config.stash[SESSION] = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{chance}"
        config.stash[WORKERS] = config.stash[FAILED] = 0
    config.stash[WORKERS] += 1
    node.workerinput[WORKER_INPUT] = config.stash[SESSION]
    node.workerinput[WORKER_TELLS] = config.stash[WORKERS] == 1


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker that died is not waited for; whoever takes its place is counted again."""
    if error and WORKERS in node.config.stash:
        node.config.stash[WORKERS] -= 1
        node.config.stash[FAILED] += 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """The controller's part begins when a worker has selected a journey."""
    if any(".journey." in item and item.partition("::")[0].endswith((*SUFFIXES, ARTIFACT_SUFFIX)) for item in ids):
        from pytest_journeys.plugin.controller import Controller

        Controller.of(node.config).collection_finished()
