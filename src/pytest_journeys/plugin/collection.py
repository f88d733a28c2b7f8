"""Journey files as pytest collects them: compiled, given their rows, one item per row. No traffic, no secrets."""

import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Self

import pytest

from pytest_journeys.app.journey import Journey, load_artifact, load_journey, load_reference
from pytest_journeys.plugin import WORKER_TELLS, JourneyWarning
from pytest_journeys.plugin.item import JourneyItem
from pytest_journeys.plugin.lead import Lead
from pytest_journeys.plugin.settings import settings_of
from pytest_journeys.plugin.trouble import error_text, headline
from pytest_journeys.plugin.work import Work
from pytest_journeys.reports.diagnostics import render_diagnostics
from pytest_journeys.values.errors import ArtifactError, DefinitionError, JourneysError, UsageError


class JourneyFile(pytest.File):
    """One ``*.journey.yaml``."""

    @classmethod
    def begin(cls, path: Path, parent: pytest.Collector) -> Self:
        """The collector of a file; the first one brings the rest of the plugin."""
        Work.of(parent.config)
        if not hasattr(parent.config, "workerinput"):
            Lead.of(parent.config)
        return cls.from_parent(parent, path=path)

    def collect(self) -> Iterator[JourneyItem]:
        """One item per row, or one for the journey itself."""
        try:
            journey = self.load()
        except DefinitionError as error:
            raise self.CollectError(render_diagnostics(error.diagnostics)) from None
        except UsageError as error:
            Work.of(self.config).add_usage_error(error)
            return
        except JourneysError as error:
            raise self.CollectError(error_text(error)) from None
        self._warn(journey)
        marks = Work.of(self.config).add(journey)
        if journey.rows is None:
            yield self._item(journey, journey.name, None, marks)
            return
        for index, shown in enumerate(journey.rows.ids):
            yield self._item(journey, f"{journey.name}[{shown}]", index, marks)

    def load(self) -> Journey:
        """The journey, from its file or from the artifact that the command line names in its place."""
        settings = settings_of(self.config)
        if settings.artifact is None:
            return load_journey(self.path, settings)
        try:
            return load_reference(settings.artifact, settings, folder=self.path.parent)
        except (UsageError, ArtifactError) as error:
            told = headline(error).removeprefix(f"--journeys-artifact {settings.artifact}: ")
            raise UsageError(f"--journeys-artifact {settings.artifact}: {told}", help=error.help) from None

    def _warn(self, journey: Journey) -> None:
        """What is odd, as warnings of pytest. All workers find the same: one tells it, all obey ``-W error``."""
        tells = getattr(self.config, "workerinput", {}).get(WORKER_TELLS, True)
        with nullcontext() if tells else warnings.catch_warnings(record=True):
            for found in journey.warnings:
                try:
                    warnings.warn_explicit(
                        f"{found.code} {found.title}",
                        JourneyWarning,
                        filename=str(self.path),
                        lineno=found.span.line if found.span is not None else 1,
                    )
                except JourneyWarning:
                    raise self.CollectError(render_diagnostics([found])) from None

    def _item(self, journey: Journey, name: str, index: int | None, marks: list[pytest.MarkDecorator]) -> JourneyItem:
        # Without nodeid= a bracket in the name breaks --lf and --sw silently on pytest 9.2.
        return JourneyItem.from_parent(
            self, name=name, nodeid=f"{self.nodeid}::{name}", journey=journey, index=index, marks=marks
        )


class ArtifactFile(JourneyFile):
    """A file that `journeys compile` wrote, named as a test path."""

    def load(self) -> Journey:
        """The journey of the artifact."""
        return load_artifact(self.path, settings_of(self.config))
