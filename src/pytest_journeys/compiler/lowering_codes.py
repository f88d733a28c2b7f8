"""The pages of E4xx: assertions, paths, requests, steps, inputs, rows."""

from typing import Final

from pytest_journeys.values.code import Code

LOWERING: Final = (
    Code(
        code="E401",
        title="there is no such operator",
        meaning="A mapping under an assertion holds operators. An object to compare with stands under `equals` (the "
        "whole) or `like` (at least these members).",
        bad="assert: {json: {$.user: {name: Ada}}}",
        good="assert: {json: {$.user: {like: {name: Ada}}}}",
    ),
    Code(
        code="E402",
        title="an operator cannot take this",
        meaning="Each operator says what it compares with; what is written literally is checked before the run.",
        bad="assert: {json: {$.id: {type: int}}}",
        good="assert: {json: {$.id: {type: integer}}}",
    ),
    Code(
        code="E403",
        title="an expectation that can never hold",
        meaning="A header, a cookie, a body and a URL are texts, a status and a size are numbers, a duration is never"
        " exactly what was written.",
        bad="assert: {headers: {content-length: 17}}",
        good="assert: {headers: {content-length: {as: integer, equals: 17}}}",
    ),
    Code(
        code="E404",
        title="a JSONPath cannot be read",
        meaning="A path begins with `$` and goes on with names, indexes, slices, `[*]`, `..` and filters as in RFC "
        "9535. It holds no references.",
        bad="assert: {json: {items.0.sku: A-100}}",
        good='assert: {json: {"$.items[0].sku": A-100}}',
    ),
    Code(
        code="E405",
        title="a regular expression cannot be read",
        meaning="Patterns are those of Python's `re`. In YAML they stand best in single quotes, where a backslash is "
        "a backslash.",
        bad="derive: {id: {header: location, regex: '/carts/(\\d+'}}",
        good="derive: {id: {header: location, regex: '/carts/(\\d+)'}}",
    ),
    Code(
        code="E407",
        title="the value of a derived value cannot be read",
        meaning="`value` takes exactly one reference, which sees what was derived so far as `it`.",
        bad='derive: {path: {json: $.id, value: "/orders/${{ it }}"}}',
        good="derive: {path: {json: $.id, value: \"${{ '/orders/' + it }}\"}}",
    ),
    Code(
        code="E408",
        title="a URL that leads nowhere",
        meaning="A URL has the scheme http or https, or begins with `/` and is appended to `base_url`.",
        bad="request: GET shop.example/carts",
        good="request: GET https://shop.example/carts",
    ),
    Code(
        code="E409",
        title="a file cannot be read",
        meaning="Paths are relative to the journey's file. What becomes part of the artifact (`json_file`, "
        "`equals_file`, the digest of an upload) is read when the journey is compiled.",
        bad="json_file: bodies/ordr.json",
        good="json_file: bodies/order.json",
    ),
    Code(
        code="E410",
        title="the id of a step is taken",
        meaning="Ids are unique in a journey, and `journey` is the name of its own cleanup.",
        bad="- {id: pay, request: POST /orders}\n- {id: pay, request: POST /payments}",
        good="- {id: order, request: POST /orders}\n- {id: pay, request: POST /payments}",
    ),
    Code(
        code="E411",
        title="nothing to release",
        meaning="`releases` names earlier steps whose cleanup this step makes needless.",
        bad="releases: [open-crt]",
        good="releases: [open-cart]",
    ),
    Code(
        code="E412",
        title="a poll that cannot work",
        meaning="A poll waits for what `until` says, or without it for its assertions. Sent with one idempotency key "
        "it would get the first answer again and again.",
        bad="poll: {every: 1s, for: 1m}",
        good="poll: {until: {json: {$.status: paid}}, every: 1s, for: 1m}",
    ),
    Code(
        code="E413",
        title="a request that may act twice",
        meaning="A POST or PATCH that is polled, or tried again after a timeout or a 5xx, may act more than once. It "
        "needs leave: `in_doubt: resend`, an idempotency key, or `safe: true` where it only reads.",
        bad="request: POST /orders\nretry: {attempts: 3}",
        good="request: POST /orders\nidempotency_key: auto\nretry: {attempts: 3}",
    ),
    Code(
        code="E414",
        title="a value does not fit its input",
        meaning="Defaults and presets are checked against the type and the limits that the input declares.",
        bad="inputs: {quantity: {type: integer, default: many}}",
        good="inputs: {quantity: {type: integer, default: 1}}",
    ),
    Code(
        code="E415",
        title="a secret input in a preset",
        meaning="A preset is written down, so it holds no secret.",
        bad='inputs: {pin: {type: string, secret: true}}\npresets: {mine: {pin: "1234"}}',
        good="secrets: [pin]",
    ),
    Code(
        code="E416",
        title="a declaration that says nothing",
        meaning="Input declarations take `enum minimum maximum pattern items properties required`, each where the "
        "type has a use for it.",
        bad="inputs: {user: {type: string, minimum: 1}}",
        good='inputs: {user: {type: string, pattern: "."}}',
    ),
    Code(
        code="E417",
        title="rows that are none",
        meaning="Rows are read from CSV, JSON, JSONL and YAML files, or written inline: at least one.",
        bad="rows: []",
        good="rows: [{sku: A-100}]",
    ),
    Code(
        code="E418",
        title="a tag is a marker of pytest's own",
        meaning="Tags become pytest markers; `skip`, `xfail` and their kin mean something to pytest already.",
        bad="tags: [skip]",
        good="skip: waits for the new shop",
    ),
    Code(
        code="E419",
        title="the idempotency key is given twice",
        meaning="`idempotency_key` is sent in the header Idempotency-Key and recorded before the request leaves. A header "
        "of that name beside it would be a second key.",
        bad="idempotency_key: auto\nheaders: {idempotency-key: abc}",
        good="idempotency_key: abc",
    ),
    Code(
        code="E420",
        title="a question that does not settle the doubt",
        meaning="`in_doubt: {ask, done_if}` asks the server what became of a request whose outcome is not known. The "
        "question only reads (GET, HEAD, OPTIONS, or `safe: true`), and `done_if` says by what its answer tells that the "
        "request was done; then the step's values are derived from that answer.",
        bad="in_doubt: {ask: {request: POST /orders}, done_if: {status: 201}}",
        good="in_doubt: {ask: {request: GET /orders/17}, done_if: {status: 200}}",
    ),
)
