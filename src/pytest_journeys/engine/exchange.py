"""One attempt: a request is sent, redirects are followed and cookies kept where the plan asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pytest_journeys.engine.answer import Answer
from pytest_journeys.engine.cookies import Jar, cookies_of
from pytest_journeys.engine.redirects import next_hop
from pytest_journeys.engine.world import World
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.http import HttpRequest, HttpResponse, TransportFailure


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it."""

    request: HttpRequest
    came: HttpResponse | TransportFailure


@dataclass(frozen=True, slots=True)
class Attempt:
    """All exchanges of one sending, redirects first; `answer` is None when the last one failed."""

    exchanges: tuple[Exchange, ...]
    answer: Answer | None
    duration_ms: float

    @property
    def failure(self) -> TransportFailure | None:
        """Why no whole answer came."""
        came = self.exchanges[-1].came
        return came if isinstance(came, TransportFailure) else None


class Courier:
    """Sends for one run, whose cookie jar it keeps."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._jar: Jar | None = None

    def with_cookies(self, request: HttpRequest, own: Mapping[str, str | None], sends_jar: bool) -> HttpRequest:
        """The request with the jar's cookies and its own, which win; None withholds one."""
        kept = dict(self._jar.pairs_for(request.url)) if sends_jar and self._jar is not None else {}
        if not kept and not own:
            return request
        pairs = {name: value for name, value in {**kept, **own}.items() if value is not None}
        given = [value for name, value in request.headers if name.lower() == "cookie"]
        line = "; ".join([*given, *(f"{name}={value}" for name, value in pairs.items())])
        headers = tuple(item for item in request.headers if item[0].lower() != "cookie")
        return replace(request, headers=(*headers, ("cookie", line)) if line else headers)

    def send(self, request: HttpRequest, timeout: Duration, redirects: int, sends_jar: bool) -> Attempt:
        """Send and follow at most `redirects` redirects within one total time."""
        clock = self._world.clock
        started = clock.monotonic()
        exchanges: list[Exchange] = []
        while True:
            came = self._world.transport.send(request, timeout=timeout)
            exchanges.append(Exchange(request, came))
            spent_ms = (clock.monotonic() - started) * 1000
            if isinstance(came, TransportFailure):
                return Attempt(tuple(exchanges), None, spent_ms)
            self._keep_cookies(request.url, came)
            follow = self._next(request, came, len(exchanges) <= redirects, sends_jar)
            if follow is None:
                return self._arrived(exchanges, request.url, spent_ms)
            request = follow
            timeout = Duration(max(1, timeout.milliseconds - round(spent_ms)))

    def _next(self, request: HttpRequest, came: HttpResponse, may_follow: bool, sends_jar: bool) -> HttpRequest | None:
        if not may_follow:
            return None
        try:
            follow = next_hop(request, came)
        except ValueError:  # a Location that is no URL is an answer like any other
            return None
        return None if follow is None else self.with_cookies(follow, {}, sends_jar)

    def _arrived(self, exchanges: list[Exchange], url: str, spent_ms: float) -> Attempt:
        responses = tuple(item.came for item in exchanges if isinstance(item.came, HttpResponse))
        return Attempt(tuple(exchanges), Answer(responses, url, spent_ms, self._world.clock.now()), spent_ms)

    def _keep_cookies(self, url: str, response: HttpResponse) -> None:
        if response.header("set-cookie") is not None:
            if self._jar is None:
                self._jar = Jar()
            self._jar.take(url, response)


def cookies_set(attempt: Attempt) -> dict[str, str]:
    """The names and values of the cookies that an attempt's answers set."""
    if attempt.answer is None:
        return {}
    return {name: cookie.value for name, cookie in cookies_of(attempt.answer.responses).items()}
