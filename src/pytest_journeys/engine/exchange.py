"""One attempt: a request is sent, redirects are followed and cookies kept where the plan asks for it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from pytest_journeys.engine.answer import Answer
from pytest_journeys.engine.cookies import SetCookie, cookies_of
from pytest_journeys.engine.redirects import next_hop, origin_of
from pytest_journeys.engine.rendering import Departure, OwnCookies
from pytest_journeys.engine.world import World
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.fact import fact
from pytest_journeys.values.http import FailureKind, HttpRequest, HttpResponse, TransportFailure
from pytest_journeys.values.json import JsonValue

if TYPE_CHECKING:
    from pytest_journeys.engine.jar import Jar

_NO_COOKIES: Final[Mapping[str, SetCookie]] = {}


@fact(kw_only=False)
class Exchange:
    """One request and what came of it."""

    request: HttpRequest
    came: HttpResponse | TransportFailure


@fact(kw_only=False)
class Attempt:
    """All exchanges of one sending, redirects first.

    `answer` is None when no whole answer came, and `failure` says why. `cookies` are those that its answers set; `jar`
    what the jar has since of all that the step's attempts set, where such things can be stored sealed.
    """

    exchanges: tuple[Exchange, ...]
    answer: Answer | None
    failure: TransportFailure | None
    cookies: Mapping[str, SetCookie]
    jar: JsonValue = None


class Courier:
    """Sends for one run, whose cookie jar it keeps."""

    def __init__(self, world: World) -> None:
        self._transport = world.transport
        self._clock = world.clock
        self._jar: Jar | None = None
        self._keeps_told = world.sealer is not None
        self._touched: set[str] = set()

    def begin_step(self) -> None:
        """What is sent from here on belongs to another step."""
        self._touched.clear()

    def restore(self, told: JsonValue) -> dict[str, str | None]:
        """Put back what an attempt's `jar` held: each live cookie's value, None for one that is over."""
        told = cast("dict[str, JsonValue]", told)
        names = cast("list[str]", told["names"])
        return self._own_jar().put(set(names), told["cookies"], self._clock.now())

    def ready(self, departure: Departure, *, sends_jar: bool) -> HttpRequest:
        """The request as it leaves now, with the jar's cookies."""
        return self._with_cookies(departure.request, departure.cookies, sends_jar)

    def send(self, request: HttpRequest, departure: Departure, redirects: int, *, sends_jar: bool) -> Attempt:
        """Send what `ready` gave and follow at most `redirects` redirects within one total time."""
        clock = self._clock
        began = clock.monotonic()
        came = self._transport.send(request, timeout=departure.timeout)
        exchanges: tuple[Exchange, ...] = (Exchange(request, came),)
        if redirects and isinstance(came, HttpResponse):
            exchanges, came = self._follow(exchanges, came, departure, redirects, began, sends_jar)
        elif isinstance(came, HttpResponse):
            self._keep_cookies(request.url, came)
        responses = tuple(item.came for item in exchanges if isinstance(item.came, HttpResponse))
        cookies = cookies_of(responses) if self._jar is not None else _NO_COOKIES
        if isinstance(came, TransportFailure):
            return Attempt(exchanges, None, came, cookies, self._told(cookies))
        spent_ms = round((clock.monotonic() - began) * 1000, 3)
        answer = Answer(responses, exchanges[-1].request.url, spent_ms, clock.now())
        return Attempt(exchanges, answer, None, cookies, self._told(cookies))

    def _follow(
        self,
        exchanges: tuple[Exchange, ...],
        came: HttpResponse,
        departure: Departure,
        redirects: int,
        began: float,
        sends_jar: bool,
    ) -> tuple[tuple[Exchange, ...], HttpResponse | TransportFailure]:
        """The exchanges with the redirects, and what came in the end."""
        bare, own = departure.request, departure.cookies
        while True:
            self._keep_cookies(bare.url, came)
            try:
                follow = next_hop(bare, came, departure.bound)
                stays = follow is not None and origin_of(follow.url) == origin_of(bare.url)
            except ValueError:  # a Location that is no URL is an answer like any other
                return exchanges, came
            if follow is None:
                return exchanges, came
            if len(exchanges) > redirects:
                told = (
                    f"more than {redirects} redirect{'s' if redirects > 1 else ''}; the next would be to {follow.url}"
                )
                return exchanges, TransportFailure(kind=FailureKind.PROTOCOL, text=told, may_have_left=True)
            bare, own = follow, own if stays else ()
            spent_ms = round((self._clock.monotonic() - began) * 1000)
            request = self._with_cookies(bare, own, sends_jar)
            found = self._transport.send(request, timeout=Duration(max(1, departure.timeout.milliseconds - spent_ms)))
            exchanges = (*exchanges, Exchange(request, found))
            if isinstance(found, TransportFailure):
                return exchanges, found
            came = found

    def _with_cookies(self, request: HttpRequest, own: OwnCookies, sends_jar: bool) -> HttpRequest:
        """The request with the jar's cookies and its own, which win; None withholds one."""
        kept = self._jar.pairs_for(request.url) if sends_jar and self._jar is not None else ()
        if not kept and not own:
            return request
        named = {name for name, _ in own}
        pairs = [*((name, value) for name, value in kept if name not in named), *own]
        given = [value for name, value in request.headers if name.lower() == "cookie"]
        line = "; ".join([*given, *(f"{name}={value}" for name, value in pairs if value is not None)])
        headers = tuple(item for item in request.headers if item[0].lower() != "cookie")
        return replace(request, headers=(*headers, ("cookie", line)) if line else headers)

    def _keep_cookies(self, url: str, response: HttpResponse) -> None:
        if response.header("set-cookie") is not None:
            self._own_jar().take(url, response)

    def _own_jar(self) -> "Jar":
        if self._jar is None:
            from pytest_journeys.engine.jar import Jar  # brings the standard library's

            self._jar = Jar()
        return self._jar

    def _told(self, cookies: Mapping[str, SetCookie]) -> JsonValue:
        if not self._keeps_told or self._jar is None:
            return None
        self._touched.update(cookies)
        names = sorted(self._touched)
        return {"names": cast("JsonValue", names), "cookies": self._jar.told(self._touched)} if names else None
