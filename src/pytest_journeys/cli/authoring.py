"""``check``, ``compile`` and ``explain``: what a person asks about journeys that have not run."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pytest_journeys.app.checking import check_files, compile_file, journey_files
from pytest_journeys.app.codes import all_codes
from pytest_journeys.app.journey import Journey, check_selected
from pytest_journeys.app.settings import STORE, Settings, shown_path
from pytest_journeys.artifact.codec import shown
from pytest_journeys.cli.exit_codes import ExitCode
from pytest_journeys.cli.stores import store_named
from pytest_journeys.reports.diagnostics import render_diagnostics
from pytest_journeys.reports.pages import render_page
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import UsageError
from pytest_journeys.values.nearest import nearest


def check(given: argparse.Namespace) -> ExitCode:
    """Compile what paths name: every finding on stdout, a line at the end; then what stands in a store, if one is named."""
    files = journey_files([Path(path) for path in given.paths])
    if not files:
        print(f"journeys: no journey file in {', '.join(given.paths)}", file=sys.stderr)
        return ExitCode.NOTHING_FOUND
    settings = replace(
        _settings(), environment=given.environment, inputs=tuple(given.inputs or ()), preset=given.preset
    )
    bad = 0
    journeys = []
    out = sys.stderr if given.output == "json" else sys.stdout
    for checked in check_files(files, settings):
        if checked.diagnostics:
            print(render_diagnostics(checked.diagnostics), end="\n\n", file=out)
        bad += checked.has_errors
        if checked.journey is not None:
            journeys.append(checked.journey)
    told = "1 journey" if len(files) == 1 else f"{len(files)} journeys"
    print(f"{told} checked, {bad} with errors" if bad else f"{told} checked, all good", file=out)
    if bad:
        return ExitCode.USAGE
    return ExitCode.OK if given.against is None else _against(given, journeys, settings)


def _against(given: argparse.Namespace, journeys: Sequence[Journey], settings: Settings) -> ExitCode:
    from pytest_journeys.app.against import check_against
    from pytest_journeys.reports.against import fates_json, fates_text

    check_selected(journeys, settings)
    store = store_named(given.against)
    found = check_against(store, journeys, settings)
    told = fates_json if given.output == "json" else fates_text
    print(told(found.fates, found.others, shown_path(store.path, Path.cwd())))
    return ExitCode.OK if all(fate.goes_on for fate in found.fates) else ExitCode.FAILED


def compile_journey(path: str, output: str | None) -> ExitCode:
    """Compile one journey; warnings and its name go to stderr."""
    definition, data = compile_file(Path(path), _settings())
    if definition.warnings:
        print(render_diagnostics(definition.warnings), file=sys.stderr)
    if output is None:
        sys.stdout.write(data.decode("ascii"))
    else:
        target = Path(output)
        try:
            target.write_bytes(data)
        except OSError as error:
            raise UsageError(f"{target}: {error.strerror}") from None
        print(f"{shown(definition.digest)} {target}", file=sys.stderr)
    return ExitCode.OK


def explain(code: str | None) -> ExitCode:
    """Print the page of a code, or the list of all."""
    codes = all_codes()
    if code is None:
        for page in codes.values():
            print(f"{page.code}  {page.title}")
        return ExitCode.OK
    found = codes.get(code.upper())
    if found is None:
        near = nearest(code.upper(), codes)
        raise UsageError(f"there is no code {code}", help=f"did you mean {near}?" if near else "see: journeys explain")
    print(render_page(found))
    return ExitCode.OK


def _settings() -> Settings:
    here = Path.cwd()
    return Settings(
        root=here,
        here=here,
        store=here / STORE,
        environment_folder=here / "environments",
        lock_wait=Duration(10_000),
        grace=Duration(2_000),
    )
