"""The codes of what can go wrong while a run runs, and their pages. E1xx to E4xx belong to what is found before.

The names are what the engine writes, the pages what `journeys explain E521` prints.
"""

from typing import Final

from pytest_journeys.values.code import Code

ASSERTION_FAILED: Final = "E510"
STATUS_IMPLIED: Final = "E511"
POLL_ENDED: Final = "E512"
POLL_REFUSED: Final = "E513"
NOT_ANSWERED: Final = "E514"
REJECTED: Final = "E515"
TRANSPORT: Final = "E520"
TIMEOUT: Final = "E521"
MISSING_VALUE: Final = "E530"
NOT_COMPUTED: Final = "E531"
IN_DOUBT: Final = "E540"
CLEANUP_FAILED: Final = "E550"
SETUP: Final = "E560"
INVALID_REQUEST: Final = "E570"
CALL_RAISED: Final = "E580"
CALL_TOO_LONG: Final = "E581"
CALL_NOT_JSON: Final = "E582"
CALL_STASHED_SECRET: Final = "E583"
FOREIGN_EXCEPTION: Final = "E590"

CODES: Final = (
    Code(
        code=ASSERTION_FAILED,
        title="an assertion failed",
        meaning=(
            "The answer came and is not what the journey expects. Every assertion of the step was judged; the first that"
            " failed is shown with its place in the file, the others below it. Steps after it are blocked; cleanup runs."
        ),
        bad="assert: {status: 201}     # the server answered 200",
        good="assert: {status: 200}     # or {status: {one_of: [200, 201]}} when both are right",
    ),
    Code(
        code=STATUS_IMPLIED,
        title="the status is 4xx or 5xx, and no assertion expects it",
        meaning=(
            "A step without a `status` assertion expects success: 4xx and 5xx fail it, so that a journey does not go on"
            " from an error page. A `status` under `warn` does not count. A cleanup DELETE passes with 404 and 410."
        ),
        bad="request: GET /carts/17     # answered 404",
        good="request: GET /carts/17\nassert: {status: 404}     # the cart must be gone",
    ),
    Code(
        code=POLL_ENDED,
        title="a poll came to its end, and `until` was not met",
        meaning=(
            "The step asked again until its time (`for`) or its number of attempts was used up. What `until` still waited"
            " for is shown as a failed assertion; the attempts and how they were answered are listed below it."
        ),
        bad="poll: {until: {json: {$.status: paid}}, for: 2s}     # payment takes 5 s",
        good="poll: {until: {json: {$.status: paid}}, every: 1s, for: 30s}",
    ),
    Code(
        code=POLL_REFUSED,
        title="a poll met `fail_if`",
        meaning=(
            "`fail_if` is judged before `until`: it names the answers after which waiting is useless, so that the step"
            " fails at once and not when its time is over."
        ),
        bad="poll: {until: {json: {$.status: paid}}, for: 2m}     # a refused order is asked for two minutes",
        good="poll: {until: {json: {$.status: paid}}, fail_if: {json: {$.status: refused}}, for: 2m}",
    ),
    Code(
        code=NOT_ANSWERED,
        title="no answer came in time",
        meaning=(
            "The step waited for an answer from outside, and the time for it (`for`) is over. An answer that comes later"
            " does not count. With `if_late: continue` the run goes on, and `steps.ID.answered` is false."
        ),
        bad="signal: approval\nfor: 2h     # nobody is there in the night",
        good="signal: approval\nfor: 3d",
    ),
    Code(
        code=REJECTED,
        title="the answer is a rejection",
        meaning=(
            "Somebody answered the signal with `journeys signal TOKEN --reject`. A step that asserts nothing of its answer's"
            " `json` fails then, as a request does that is answered with 4xx."
        ),
        bad="signal: approval     # and it was rejected",
        good="signal: approval\nassert: {json: {$.approved: false}}     # the rejection is what is expected",
    ),
    Code(
        code=TRANSPORT,
        title="no whole answer came",
        meaning=(
            "The server could not be reached, closed the line, or sent what is not HTTP. Nothing could be judged, so the"
            " step is an error and not a failure. `retry` sends again; for a POST or PATCH whose request may have left"
            " it also needs `in_doubt: resend` or an `idempotency_key`."
        ),
        bad="request: GET http://127.0.0.1:1/     # connection refused",
        good="request: GET ${{ env.shop_url }}/\nretry: {attempts: 3, delay: 500ms, errors: [connect]}",
    ),
    Code(
        code=TIMEOUT,
        title="no whole answer came in time",
        meaning=(
            "`timeout` is the total for one attempt: connecting, sending and receiving the whole body; 30 seconds when"
            " nothing is written. For work that takes its time, ask again with `poll` instead of waiting on one line."
        ),
        bad="timeout: 100ms",
        good="timeout: 10s",
    ),
    Code(
        code=MISSING_VALUE,
        title="a derived value is missing",
        meaning=(
            "The answer does not hold what `derive` looks for; the notes tell what it holds instead. `default:` gives a"
            " value for when it is not there."
        ),
        bad='derive: {order_id: $.id}     # the answer is {"order_id": 7}',
        good="derive: {order_id: $.order_id}",
    ),
    Code(
        code=NOT_COMPUTED,
        title="a value cannot be computed",
        meaning=(
            "An expression was given values that it cannot work with: an index beyond the end, a text where a number is"
            " needed, a condition that is no boolean. The note shows the sentence and the place the expression."
        ),
        bad="when: ${{ steps.cart.items[0].price > 10 }}     # the cart is empty",
        good="when: ${{ len(steps.cart.items) > 0 and steps.cart.items[0].price > 10 }}",
    ),
    Code(
        code=IN_DOUBT,
        title="a request may have left, and its outcome is not known",
        meaning=(
            "The session ended between the intent to send and the record of the answer. GET, HEAD, OPTIONS, PUT, DELETE"
            " and requests with an idempotency key are sent again. Others follow `in_doubt`: `restart` begins the run"
            " again, `resend` sends again, `fail` stops here and leaves it to a person to look at the server."
        ),
        bad="request: POST /payments\nin_doubt: fail",
        good="request: POST /payments\nidempotency_key: auto     # may be sent again without harm",
    ),
    Code(
        code=CLEANUP_FAILED,
        title="a cleanup step failed",
        meaning=(
            "What the run made may still be there. A failed cleanup fails the run, also when every step passed; the"
            " cleanups after it still run."
        ),
        bad="cleanup: {request: DELETE /carts/17}     # answered 500",
        good="cleanup: {request: DELETE /carts/17, retry: {attempts: 3, delay: 1s}}",
    ),
    Code(
        code=SETUP,
        title="the run could not begin",
        meaning=(
            "Something that the run is given is missing or does not fit: a secret, an environment value, a row, a"
            " fixture, a function that a step calls. Nothing was sent."
        ),
        bad="pytest     # and no JOURNEYS_SECRET_SHOP_PASSWORD",
        good="JOURNEYS_SECRET_SHOP_PASSWORD=... pytest",
    ),
    Code(
        code=INVALID_REQUEST,
        title="the request cannot be sent",
        meaning=(
            "Filled in with this run's values the request is none: a URL without a host, a line break in a header, a"
            " file that is not there. Nothing was sent."
        ),
        bad="request: GET ${{ steps.cart.location }}     # the value is carts/17",
        good="request: GET ${{ steps.cart.location }}     # derived with: {header: location, as: url}",
    ),
    Code(
        code=CALL_RAISED,
        title="a called function raised an exception",
        meaning=(
            "The function of the step ended in an exception, so there is nothing to judge and the step is an error. The"
            " notes are its frames, without those of pytest-journeys: file, line and text, the innermost last."
        ),
        bad="def restock(sku):\n    return STOCK[sku]     # KeyError",
        good='def restock(sku):\n    return {"left": STOCK.get(sku, 0)}     # and the journey asserts what must hold',
    ),
    Code(
        code=CALL_TOO_LONG,
        title="a called function did not come back in time",
        meaning=(
            "The step's `timeout` was over. A coroutine is cancelled. A plain function cannot be ended from outside: it"
            " runs on in its thread until it next uses its context, or until pytest ends."
        ),
        bad="call: shop.report:render\ntimeout: 1s",
        good="call: shop.report:render\ntimeout: 2m     # and the function calls context.heartbeat() now and then",
    ),
    Code(
        code=CALL_NOT_JSON,
        title="a called function returned what is not JSON",
        meaning=(
            "What a function returns is read like the body of an answer: mappings with text keys, lists, texts, finite"
            " numbers, true, false and null. Nothing is converted behind your back."
        ),
        bad='return {"at": datetime.now()}',
        good='return {"at": datetime.now(timezone.utc).isoformat()}',
    ),
    Code(
        code=CALL_STASHED_SECRET,
        title="a stash holds what became a secret",
        meaning=(
            "Stashes are written to disk as they are. This one holds a value that the step derives as a secret, or that"
            " was found to be one when the function came back; it stands in the journal of this session."
        ),
        bad='context.stash({"token": token})     # derive: {token: {json: $.token, secret: true}}',
        good='context.stash({"order": order_id})     # what finds it again',
    ),
    Code(
        code=FOREIGN_EXCEPTION,
        title="an exception from outside ended the step",
        meaning=(
            "A time limit of another plugin, or an error in a fixture or an extension, came up in the middle of a step."
            " The step is an error, or in doubt if its request had left; cleanup ran, then the exception went on."
        ),
        bad="@pytest.mark.timeout(1)     # shorter than the journey",
        good="timeout: 5s     # the step's own limit ends it in order",
    ),
)
"""Every code of a run, in order."""
