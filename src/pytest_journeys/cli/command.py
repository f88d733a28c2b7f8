"""The command and its parts: arguments in, text and an exit code out, every error of ours as a sentence."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence

from pytest_journeys import __version__
from pytest_journeys.cli.exit_codes import ExitCode
from pytest_journeys.values.errors import DefinitionError, JourneysError, StoreError, UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is for the process."""
    parser = _parser()
    try:
        given = parser.parse_args(arguments)
    except SystemExit as stop:
        return ExitCode.OK if stop.code in (0, None) else ExitCode.USAGE
    run: Callable[[argparse.Namespace], ExitCode] = given.run
    try:
        return run(given)
    except DefinitionError as error:
        from pytest_journeys.reports.diagnostics import render_diagnostics

        return _refuse(render_diagnostics(error.diagnostics), ExitCode.USAGE)
    except UsageError as error:
        return _refuse(f"journeys: {error}", ExitCode.USAGE)
    except StoreError as error:
        return _refuse(f"journeys: {error}", ExitCode.FAILED)
    except JourneysError as error:
        return _refuse(f"journeys: {error}", ExitCode.USAGE)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has enough
        return ExitCode.OK
    except Exception:
        traceback.print_exc()
        return _refuse("journeys: this is a bug of ours, please report it with the lines above", ExitCode.BUG)


def _refuse(message: str, code: ExitCode) -> ExitCode:
    print(message, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="journeys", description="API journeys: check them, ask what became of them.")
    parser.add_argument("--version", action="version", version=f"journeys {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_authoring(commands)
    _add_queries(commands)
    _add_watch(commands)
    _add_deeds(commands)
    return parser


def _add_authoring(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = commands.add_parser("check", help="compile journeys and read their rows; nothing is sent")
    check.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="journey files or folders (default: .)")
    check.add_argument("--against", metavar="STORE", help="tell what would become of the open runs of a store")
    check.add_argument(
        "--journeys-env", dest="environment", metavar="NAME", help="as with pytest (default: each run's)"
    )
    check.add_argument("--journeys-input", dest="inputs", action="append", metavar="KEY=VALUE", help="as with pytest")
    check.add_argument("--journeys-preset", dest="preset", metavar="NAME", help="as with pytest")
    check.add_argument("--output", choices=("text", "json"), default="text")
    check.set_defaults(run=_check)
    compile_ = commands.add_parser("compile", help="compile one journey into an artifact file")
    compile_.add_argument("path", metavar="JOURNEY")
    compile_.add_argument("--output", "-o", metavar="FILE", help="where to write it (default: stdout)")
    compile_.set_defaults(run=_compile)
    explain = commands.add_parser("explain", help="what a code means, with an example")
    explain.add_argument("code", metavar="CODE", nargs="?", help="such as E101; without one all codes are listed")
    explain.set_defaults(run=_explain)


def _add_queries(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    runs = _query(commands, "runs", "list the runs of a store, the newest session first", _runs)
    runs.add_argument(
        "--open", action="store_true", help="open ones only: where each stands, what it waits for, what comes next"
    )
    runs.add_argument(
        "--status", action="append", metavar="OUTCOME", help="passed, failed, interrupted, ... (repeatable)"
    )
    runs.add_argument("--journey", metavar="NAME")
    runs.add_argument("--version", metavar="vN", dest="journey_version")
    runs.add_argument("--environment", metavar="NAME")
    runs.add_argument("--since", metavar="WHEN", help="a duration (2h) or a date (2026-11-20, UTC)")
    runs.add_argument("--session", metavar="ID", help="of one session only")
    runs.add_argument("--output", choices=("table", "json"), default="table")
    show = _query(commands, "show", "tell all about one run", _show)
    show.add_argument("name", metavar="RUN", help="its id, or the beginning of it")
    show.add_argument("--all", action="store_true", help="show every attempt, also those that came to the same")
    show.add_argument("--output", choices=("text", "json"), default="text")
    why = _query(commands, "why", "tell what was decided about one run, and by what", _why)
    why.add_argument("name", metavar="RUN", help="its id, or the beginning of it")
    why.add_argument("--output", choices=("text", "json"), default="text")
    signal = _query(commands, "signal", "answer a signal that a run waits for, or will wait for", _signal)
    signal.add_argument("token", metavar="TOKEN", help="what the run has given, or `journeys show RUN` tells")
    answer = signal.add_mutually_exclusive_group(required=True)
    answer.add_argument("--value", metavar="JSON", help="the answer")
    answer.add_argument("--approve", action="store_true", help='yes: {"approved": true, "by": NAME}')
    answer.add_argument("--reject", action="store_true", help='no: {"approved": false, "by": NAME}')
    signal.add_argument("--by", metavar="NAME", default="", help="who answers")
    inbox = _query(commands, "inbox", "take answers to signals by HTTP, on loopback, until it is ended", _inbox)
    inbox.add_argument("--port", type=int, required=True, metavar="N", help="the port; 0 lets the system choose one")
    verify = _query(commands, "verify", "check every chain, digest and seal of a store", _verify)
    verify.add_argument("--output", choices=("table", "json"), default="table")


def _add_watch(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    watch = _query(commands, "watch", "follow a session and what continues it, until it has ended", _watch)
    watch.add_argument(
        "session", nargs="?", metavar="SESSION", help="its id, or the beginning of it (default: the newest)"
    )
    watch.add_argument(
        "--from",
        dest="start",
        default="start",
        metavar="WHERE",
        help="start (default), now, or a cursor that --output json told: what came behind it",
    )
    watch.add_argument("--output", choices=("text", "json"), default="text")


def _add_deeds(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    cancel = _query(commands, "cancel", "end an open run for good; its cleanup is sent", _cancel)
    cancel.add_argument("name", metavar="RUN", help="its id, or the beginning of it")
    cancel.add_argument("--dry-run", action="store_true", help="send nothing, tell what would be cleaned up")
    cancel.add_argument("--secrets-file", metavar="FILE", help="as ini journeys_secrets_file")
    cancel.add_argument("--secrets-command", metavar="COMMAND", help="as ini journeys_secrets_command")
    clean = _query(commands, "clean", "remove past sessions that nothing needs any more", _clean)
    clean.add_argument("--keep", metavar="N", default="20", help="sessions that stay (default: 20)")
    clean.add_argument("--keep-days", metavar="N", default="30", help="days for which sessions stay (default: 30)")
    clean.add_argument("--dry-run", action="store_true", help="remove nothing, tell what would go")


def _query(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help: str,
    run: Callable[[argparse.Namespace], ExitCode],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help)
    parser.add_argument("--store", metavar="DIR", help="the store (default: .journeys here or in a folder above)")
    parser.set_defaults(run=run)
    return parser


def _check(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.authoring import check

    return check(given)


def _compile(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.authoring import compile_journey

    return compile_journey(given.path, given.output)


def _explain(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.authoring import explain

    return explain(given.code)


def _runs(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.queries import runs

    return runs(given)


def _show(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.queries import show

    return show(given.store, given.name, given.output, shows_all=given.all)


def _why(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.queries import why

    return why(given.store, given.name, given.output)


def _inbox(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.signals import inbox

    return inbox(given)


def _signal(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.signals import signal

    return signal(given)


def _verify(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.queries import verify

    return verify(given.store, given.output)


def _cancel(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.cancelling import cancel

    return cancel(given)


def _watch(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.watching import watch

    return watch(given)


def _clean(given: argparse.Namespace) -> ExitCode:
    from pytest_journeys.cli.cleaning import clean

    return clean(given)
