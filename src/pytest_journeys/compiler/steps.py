"""Steps and cleanups: each lowered with what is known when it runs."""

from collections.abc import Sequence
from dataclasses import replace

from pytest_journeys.artifact.model import Ask, Call, Check, Derivation, Poll, Request, Signal, Step, Wait
from pytest_journeys.compiler.assertions import PlacedCheck, lower_assertions
from pytest_journeys.compiler.auth import Credentials
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.default_assertions import DefaultAssertions
from pytest_journeys.compiler.derivations import lower_derivations
from pytest_journeys.compiler.doubts import check_question
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.functions import lower_call
from pytest_journeys.compiler.requests import lower_request
from pytest_journeys.compiler.scope import Moment, Scope
from pytest_journeys.compiler.sending_again import lower_key, lower_poll, lower_retry
from pytest_journeys.compiler.settings import Settings, lower_settings, merge
from pytest_journeys.compiler.source_mapping import Positions
from pytest_journeys.expressions.template import Literal
from pytest_journeys.language.requests import Sending, read_request_line
from pytest_journeys.language.steps import Act, Cleanup, Doubt, as_cleanups
from pytest_journeys.language.steps import Step as WrittenStep
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.fact import fact


@fact
class Defaults:
    """What applies to every request."""

    settings: Settings
    assertions: DefaultAssertions
    credentials: Credentials


@fact
class _Asserted:
    """The assertions of a step, its defaults merged in."""

    checks: list[PlacedCheck]
    warnings: list[PlacedCheck]
    expects_success: bool


class StepLowering:
    """Lowers the steps of one journey, in order; `positions` learns where everything was written."""

    def __init__(self, context: Context, defaults: Defaults, positions: Positions) -> None:
        self._context = context
        self._defaults = defaults
        self._positions = positions

    def step(self, given: WrittenStep, id: str, index: int) -> Step:
        """One step with its cleanups."""
        place = Place(("steps", index))
        scope = Scope(steps_before=index, own=id)
        self._positions.step(id, place, given)
        after = Scope(moment=Moment.CLEANUP, steps_before=index + 1, own=id)
        lowered = self._act(given, id, place, scope)
        end = given.end
        resolve = self._context.expressions
        return replace(
            lowered,
            wait=self._wait(given.wait, place.at("wait"), scope),
            signal=self._signal(given, place, scope),
            is_end=end is not None,
            end_when=resolve.condition(end.when, place.at("end", "when"), scope).text if end and end.when else None,
            end_reason=self._context.text(end.reason, place.at("end", "reason"), scope).template
            if end and end.reason is not None
            else None,
            continues_on_failure=given.on_failure == "continue",
            on_resume=given.on_resume,
            releases=given.releases,
            cleanup=self.cleanups(given.cleanup, f"{id}.cleanup", place.at("cleanup"), after),
        )

    def cleanups(self, given: Cleanup | tuple[Cleanup, ...], path: str, place: Place, scope: Scope) -> tuple[Step, ...]:
        """The cleanups of a step, or the journey's own."""
        is_one = isinstance(given, Cleanup)
        lowered: list[Step] = []
        for number, cleanup in enumerate(as_cleanups(given), start=1):
            at = place if is_one else place.at(number - 1)
            named = path if number == 1 else f"{path}-{number}"
            self._positions.step(named, at, cleanup)
            lowered.append(self._act(cleanup, named, at, scope))
        return tuple(lowered)

    def _act(self, given: Act, path: str, place: Place, scope: Scope) -> Step:
        when = given.when
        condition = self._context.expressions.condition(when, place.at("when"), scope) if when is not None else None
        request = self._request(given, place, scope)
        call = None if given.call is None else lower_call(given, given.call, place, scope, self._context)
        is_signal = isinstance(given, WrittenStep) and given.signal is not None
        has_answer = request is not None or call is not None or is_signal
        scope = replace(scope, is_returned=call is not None or is_signal)
        derive: tuple[Derivation, ...] = ()
        if isinstance(given, WrittenStep):
            answering = scope.with_response(has_response=has_answer)
            derive = lower_derivations(given.derive, path, place.at("derive"), answering, self._context)
        judging = scope.after_own({one.name: one for one in derive}).with_response(has_response=has_answer)
        asserted = self._asserted(given, place, judging, request)
        step = Step(
            path=path,
            request=request,
            call=call,
            when=condition.text if condition else None,
            checks=_checks(asserted.checks),
            warnings=_checks(asserted.warnings),
            derive=derive,
            expects_success=asserted.expects_success or (is_signal and not _has_json(asserted.checks)),
            in_doubt="ask" if isinstance(given.in_doubt, Doubt) else given.in_doubt,
            ask=self._ask(given, path, place.at("in_doubt"), scope, judging, derive),
        )
        self._positions.checks(path, "assert", asserted.checks)
        self._positions.checks(path, "warn", asserted.warnings)
        if call is not None:
            return replace(step, poll=self._poll(step, given, place, scope, call, asserted)[0])
        return step if request is None else self._sent_again(step, given, place, scope, request, asserted)

    def _ask(
        self,
        given: Act,
        path: str,
        place: Place,
        scope: Scope,
        judging: Scope,
        derive: tuple[Derivation, ...],
    ) -> Ask | None:
        """The question about a request in doubt; the step's values are taken from its answer."""
        doubt = given.in_doubt
        if not isinstance(doubt, Doubt):
            return None
        request = self._request(doubt.ask, place.at("ask"), scope)
        if request is None:
            return None
        done_if = lower_assertions(doubt.done_if, place.at("done_if"), judging.with_response(), self._context)
        check_question(request, done_if, derive, place, self._context)
        self._positions.put(f"{path}/ask", place.at("ask", "request"))
        self._positions.checks(path, "done_if", done_if)
        return Ask(request=request, done_if=_checks(done_if))

    def _signal(self, given: WrittenStep, place: Place, scope: Scope) -> Signal | None:
        if given.signal is None:
            return None
        told = replace(scope, shows="a prompt")
        prompt = None if given.prompt is None else self._context.text(given.prompt, place.at("prompt"), told).template
        for_ms = None if given.wait_for is None else given.wait_for.milliseconds
        return Signal(name=given.signal, prompt=prompt, for_ms=for_ms, if_late=given.if_late)

    def _wait(self, given: Duration | str | None, place: Place, scope: Scope) -> Wait | None:
        if given is None:
            return None
        if isinstance(given, Duration):
            return Wait(duration=Literal(given.milliseconds))
        return Wait(duration=self._context.text(given, place, scope).template)

    def _request(self, given: Sending, place: Place, scope: Scope) -> Request | None:
        if given.request is None:
            return None
        own = lower_settings(given, place, scope, self._context, self._defaults.credentials)
        settings = merge(own, self._defaults.settings, self._context.declared.steps_known(scope))
        return lower_request(given, read_request_line(given.request), place, scope, settings, self._context)

    def _asserted(self, given: Act, place: Place, scope: Scope, request: Request | None) -> _Asserted:
        own = lower_assertions(given.assertions, place.at("assert"), scope, self._context)
        warnings = lower_assertions(given.warnings, place.at("warn"), scope, self._context)
        if request is None:
            return _Asserted(checks=own, warnings=warnings, expects_success=False)
        inherited = self._defaults.assertions.for_request(
            given.assertions,
            known_steps=self._context.declared.steps_known(scope),
            is_undoing=scope.moment is Moment.CLEANUP and request.method == "DELETE",
        )
        checks = [*inherited, *own]
        return _Asserted(checks=checks, warnings=warnings, expects_success=not _has_status(checks))

    def _sent_again(
        self, step: Step, given: Act, place: Place, scope: Scope, request: Request, asserted: _Asserted
    ) -> Step:
        poll, until = self._poll(step, given, place, scope, request, asserted)
        return replace(
            step,
            retry=lower_retry(given, place, request, self._context),
            poll=poll,
            idempotency_key=lower_key(given, place, scope, request, self._context),
            expects_success=step.expects_success and not _has_status(until),
        )

    def _poll(
        self, step: Step, given: Act, place: Place, scope: Scope, action: Request | Call, asserted: _Asserted
    ) -> tuple[Poll | None, list[PlacedCheck]]:
        """Asking again, and its placed conditions."""
        poll, until, fail_if = lower_poll(given, place, scope, action, asserted.checks, self._context)
        self._positions.checks(step.path, "until", until)
        self._positions.checks(step.path, "fail_if", fail_if)
        return poll, until


def _checks(placed: Sequence[PlacedCheck]) -> tuple[Check, ...]:
    return tuple(one.check for one in placed)


def _has_status(placed: Sequence[PlacedCheck]) -> bool:
    return any(one.check.section == "status" for one in placed)


def _has_json(placed: Sequence[PlacedCheck]) -> bool:
    return any(one.check.section == "json" for one in placed)
