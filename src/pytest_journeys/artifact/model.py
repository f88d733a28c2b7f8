"""The build artifact: a compiled journey as frozen values.

Self-contained but for row and upload files; free of run inputs, environment values and secrets (defaults and presets are
definition, and in it). What only helps to tell about a journey (positions, excerpts, description, owner, tags, inline
rows) is in the `SourceMap`, so that a comment makes no new version. Durations are whole milliseconds.

Steps are named by their path: ``pay``; the cleanup of a step ``pay.cleanup``, its second one ``pay.cleanup-2``; the
journey's own ``journey.cleanup``, ``journey.cleanup-2``. Expressions are canonical texts (`expressions.syntax`).
"""

from dataclasses import field

from pytest_journeys.expressions.template import Literal, Template
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue


@fact
class Field:
    """A named value of a request: a header, a query member, a form member, a cookie.

    `is_default` fields come from the journey's defaults and go to the origin of the default base_url only. A value that renders to
    a list sends the name once per element; null leaves it out (of a cookie: withholds it from the jar).
    """

    name: str
    value: Template
    is_default: bool = False


@fact
class Auth:
    """How a request proves who sends it: `kind` is ``bearer``, ``basic`` or ``api_key``, `values` its members.

    bearer: token, scheme (default Bearer). basic: username, password. api_key: name, value, in (header, query, cookie).
    """

    kind: str
    values: tuple[tuple[str, Template], ...]
    is_default: bool = False


@fact
class Body:
    """What a request carries: `kind` is ``json``, ``form``, ``text`` or ``file``.

    json and text: `value`. form: `fields`. file: `value` is the path, relative to the journey's file, and `sha256` the
    digest of its bytes when the path is known at compile time (a path with a reference is read at run time). A
    ``json_file`` has become ``json``.
    """

    kind: str
    value: Template | None = None
    fields: tuple[Field, ...] = ()
    sha256: str | None = None


@fact
class Request:
    """One HTTP request, not yet rendered.

    A reference at the start of `url` is URL text, later ones are percent-encoded unless they call ``path`` or ``raw``.
    A rendered URL that begins with ``/`` is appended to `base_url`; one with a scheme stands alone. `timeout` renders to
    milliseconds (int) or to a duration's text; it is the total per attempt. `redirects` is the largest number followed,
    0 for none. `sends_cookies` is False for ``cookies: none``. `home` is the base_url of the defaults when the request has
    another or none: what is default goes to its origin only.
    """

    method: str
    url: Template
    base_url: Template | None = None
    home: Template | None = None
    headers: tuple[Field, ...] = ()
    query: tuple[Field, ...] = ()
    cookies: tuple[Field, ...] = ()
    sends_cookies: bool = True
    auth: Auth | None = None
    body: Body | None = None
    timeout: Template | None = None
    redirects: int = 0
    is_safe: bool = False  # GET, HEAD, OPTIONS or `safe: true`


@fact
class Check:
    """One assertion: one operator on one target.

    `section` is ``status headers cookies json body duration size url`` or ``that``; `argument` the header's or cookie's
    name, the JSONPath, or for ``that`` the expression (whose operator is ``holds`` and operand null). `attribute` is a
    cookie's (``value`` when None), `convert` the type that a text is converted to first (``as:``).
    """

    section: str
    argument: str | None = None
    attribute: str | None = None
    convert: str | None = None
    operator: str
    operand: Template


@fact
class Derivation:
    """A value captured from a response: `source` is ``json header cookie link regex body status url duration`` or ``value``.

    `argument` is the path, the name, the relation or the pattern. Then, in this order: `regex` (group 1, else the match),
    `query` (a URL's parameter), `path` (JSON inside text), `value` (an expression that sees ``it``), `convert` (``as:``).
    A missing value takes `default` when there is one. `takes_all` yields every match as a list.
    """

    name: str
    source: str
    argument: str | None = None
    takes_all: bool = False
    regex: str | None = None
    query: str | None = None
    path: str | None = None
    value: str | None = None
    convert: str | None = None
    default: Template | None = None
    is_secret: bool = False


@fact
class Retry:
    """Sending again before assertions are judged: `errors` holds ``connect``, ``timeout``, ``5xx`` or a status as text."""

    attempts: int
    delay_ms: int = 0
    backoff: float = 1.0
    max_delay_ms: int | None = None
    jitter: float = 0.0
    errors: tuple[str, ...] = ("connect", "timeout", "429", "5xx")


@fact
class Poll:
    """Asking again until the answer is there. `fail_if` is judged first; what does not meet `until` is "not yet"."""

    until: tuple[Check, ...]
    fail_if: tuple[Check, ...] = ()
    every_ms: int = 1000
    backoff: float = 1.0
    max_every_ms: int | None = None
    for_ms: int | None = None
    attempts: int | None = None


@fact
class Ask:
    """A question about a request in doubt: it was done if the answer to `request`, which is safe, meets all of `done_if`."""

    request: Request
    done_if: tuple[Check, ...]


@fact
class Wait:
    """A durable timer. `duration` renders to milliseconds (int) or to a duration's text."""

    duration: Template


@fact
class Call:
    """A Python function called: `function` is ``package.module:function``, `arguments` renders to its keyword arguments.

    `timeout` is as that of a `Request`; None is no limit. `is_safe`: the function only reads (``safe: true``).
    """

    function: str
    arguments: Template = Literal({})
    timeout: Template | None = None
    is_safe: bool = False


@fact
class Signal:
    """An answer from outside that the run waits for: a person's, a webhook's, another job's.

    `prompt` is told to who may answer. `for_ms` is how long there is to answer, counted from when the step begins; None for
    ever. `if_late` is ``fail`` or ``continue``. Without a `json` assertion of the step a rejection fails it
    (`expects_success`).
    """

    name: str
    prompt: Template | None = None
    for_ms: int | None = None
    if_late: str = "fail"


@fact
class Step:
    """One unit of work. At most one of `request`, `call`, `wait`, `signal` and `is_end` is set; with none it only checks (``that``).

    `cleanup` is registered when the step's outcome is recorded and every derived value that it names exists.
    `expects_success` means: no status assertion, so 4xx and 5xx fail the step (a cleanup DELETE passes with 404 and 410).
    `in_doubt` is ``restart``, ``resend``, ``fail``, ``ask`` (then `ask` is set) or None (the method decides); `on_resume` ``replay``, ``refresh`` or None.
    """

    path: str
    request: Request | None = None
    call: Call | None = None
    wait: Wait | None = None
    signal: Signal | None = None
    end_when: str | None = None
    end_reason: Template | None = None
    is_end: bool = False
    when: str | None = None
    checks: tuple[Check, ...] = ()
    warnings: tuple[Check, ...] = ()
    derive: tuple[Derivation, ...] = ()
    retry: Retry | None = None
    poll: Poll | None = None
    expects_success: bool = False
    continues_on_failure: bool = False
    idempotency_key: Template | None = None
    in_doubt: str | None = None
    ask: Ask | None = None
    on_resume: str | None = None
    releases: tuple[str, ...] = ()
    cleanup: "tuple[Step, ...]" = ()

    @property
    def kind(self) -> str:
        """``request``, ``call``, ``wait``, ``signal``, ``end`` or ``check``."""
        if self.request is not None:
            return "request"
        if self.call is not None:
            return "call"
        if self.wait is not None:
            return "wait"
        if self.signal is not None:
            return "signal"
        return "end" if self.is_end else "check"


@fact
class Input:
    """A run input's declaration. `type` is ``string integer number boolean array object``; `schema` holds the rest.

    `schema` keeps ``enum minimum maximum pattern items properties required`` as they were written.
    """

    name: str
    type: str
    default: Template | None = None
    is_optional: bool = False
    is_secret: bool = False
    schema: dict[str, JsonValue] = field(default_factory=dict)


@fact
class Variable:
    """A value evaluated once per attempt of a run, in the order written."""

    name: str
    value: Template
    is_secret: bool = False


@fact
class Rows:
    """Where rows come from: `file` relative to the journey's file, or None for rows written inline (in the source map)."""

    file: str | None = None
    id_column: str | None = None


@fact
class Mark:
    """``skip`` or ``xfail``: `when` None means always."""

    reason: Template
    when: str | None = None


@fact
class Recovery:
    """What happens after an interruption."""

    in_doubt: str = "restart"
    max_age_ms: int = 86_400_000
    keeps_on_failure: bool = False


@fact
class Artifact:
    """A compiled journey.

    `environment` and `fixture_values` name what the journey refers to (``env.NAME``, ``fixtures.NAME``; the first name
    after the source), sorted: they are part of a run's fingerprint. `fixtures` are the pytest fixtures to set up.
    """

    journey: str
    inputs: tuple[Input, ...] = ()
    presets: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()
    rows: Rows | None = None
    fixtures: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    fixture_values: tuple[str, ...] = ()
    skip: Mark | None = None
    xfail: Mark | None = None
    recovery: Recovery = Recovery()
    steps: tuple[Step, ...] = ()
    cleanup: tuple[Step, ...] = ()
