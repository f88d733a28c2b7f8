"""Keys that are refused with a sentence of their own: those that this version does not have, those of other tools.

Data only. A place is the kind of mapping that the key stands in (`places`); a sentence says what to write instead.
"""

from typing import Final

_ACTION_SENTENCES: Final = {
    "use": "write the steps out in this journey",
    "for_each": "`rows` runs the whole journey once for each record",
    "multipart": "`form` sends fields, `file` sends the bytes of one file",
    "graphql": "send it as `json: {query: ..., variables: {...}}`",
    "xml": "send it as `text`, with a content-type under `headers`",
    "tls": "the environment variable SSL_CERT_FILE names the certificates that are trusted",
    "proxy": "the environment variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured",
    "http2": "leave it out: requests are sent as HTTP/1.1",
    "jar": "a run has one cookie jar; `cookies` sends others for one request",
    "mask": "declare what must not be shown under `secrets`, or derive it with `secret: true`",
    "repeat": "`poll` asks again until an answer is there",
    "stream": "ask with `poll` until the answer is there",
    "exclusive": "run such rows without -n, or give each a resource of its own",
    "steps": "a step is one action; write the steps one below the other",
    "once": "a step runs once for each row",
    "openapi": "assert what the answer must hold under `assert: {json: ...}`",
    "schema": "assert what the answer must hold with `like` under `assert: {json: ...}`",
}

LATER: Final[dict[str, dict[str, str]]] = {
    "step": _ACTION_SENTENCES,
    "cleanup": {key: text for key, text in _ACTION_SENTENCES.items() if key != "steps"},
    "journey": {
        "outputs": "a value that a later step needs is derived by the step that gets it",
        "mask": _ACTION_SENTENCES["mask"],
        "timeout": "give each request a `timeout`, in the step or under `defaults`",
        "app": "name the server by a URL of the environment, or start it in a pytest fixture",
        "exclusive": _ACTION_SENTENCES["exclusive"],
        "openapi": _ACTION_SENTENCES["openapi"],
        "use": _ACTION_SENTENCES["use"],
    },
    "defaults": {key: _ACTION_SENTENCES[key] for key in ("tls", "proxy", "http2", "mask", "jar")},
    "assertions": {
        "xml": "compare the text under `body`, as in `body: {contains: ...}`",
        "html": "compare the text under `body`, as in `body: {contains: ...}`",
        "schema": "`json: {$: {like: {...}}}` compares a part of a document, with types where values differ",
        "openapi": "assert what the answer must hold under `json`",
        "values": "compare any values under `that`",
        "redirects": "assert the `url` that answered, or switch redirects off and assert `status` and `headers`",
        "certificate": "leave it out: a certificate that is not trusted fails the step",
        "http_version": "leave it out: requests are sent as HTTP/1.1",
        "error": "a request that gets no answer fails its step",
    },
    "derivation": {
        "xml": "take it from the text with `regex`",
        "html": "take it from the text with `regex`",
        "request": "put what is sent into `variables`, and refer to it in both places",
    },
    "rows": {
        "where": "leave rows that should not run out of the file",
        "call": "write the rows to a file first",
        "product": "write the combinations out as rows",
    },
    "scheme": {
        "oauth2": "ask for the token in a step, derive it with `secret: true`, and send it as `bearer`",
        "digest": "`basic`, `bearer` and `api_key` are there",
        "aws_sigv4": "`basic`, `bearer` and `api_key` are there",
        "jar": _ACTION_SENTENCES["jar"],
    },
    "poll": {"hold": "assert the state once more in a step of its own"},
    "retry": {"refresh": "derive a fresh token in a step of its own"},
    "question": {
        key: _ACTION_SENTENCES[key]
        for key in ("use", "multipart", "graphql", "xml", "tls", "proxy", "http2", "jar", "mask")
    },
    "source": {
        "each": _ACTION_SENTENCES["for_each"],
    },
    "operator": {
        "schema": "`like` compares a part of a document, with types where values differ",
        "matches_snapshot": "`like` compares a part of a document, `equals_file` a whole one",
    },
}
"""By place and key: what to do in this version."""

_DERIVE: Final = "`derive: {NAME: $.path}` takes values from the answer"
_ASSERT: Final = "`assert: {status: ..., json: {$.path: ...}}` says what the answer must be"
_REQUEST: Final = "`request: METHOD URL` is one line, as in `request: GET /carts`"
_BODY: Final = "a body is one of `json`, `json_file`, `form`, `text` and `file`"
_CLEANUP: Final = "`cleanup` undoes what a step did, whatever happens later"
_VARIABLES: Final = "`variables` of the journey are values of its own, `inputs` are given when it is run"
_RETRY: Final = "`retry: {attempts: 3}` sends again after an error"
_POLL: Final = "`poll: {until: {...}, every: 1s, for: 1m}` asks again until the answer is there"
_ROWS: Final = "`rows` of the journey runs it once for each record"
_DEFAULTS: Final = "what applies to every request stands under `defaults`"

_AROUND_A_REQUEST: Final = {
    **dict.fromkeys(("check", "checks", "test", "tests", "expect", "expected", "validate", "asserts", "assertions", "response"), _ASSERT),
    **dict.fromkeys(("if", "only", "skip", "skip_if"), "`when` says under which condition the step runs"),
    **dict.fromkeys(("method", "verb", "url", "uri", "path", "endpoint", "get", "post", "put", "patch", "delete", "head", "http"), _REQUEST),
    **dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"), _REQUEST),
    **dict.fromkeys(("body", "data", "payload", "content", "raw", "files"), _BODY),
    **dict.fromkeys(("params", "parameters", "query_params", "queryParams", "args"), "`query` holds the members of the query"),
    **dict.fromkeys(("status", "status_code", "code"), "`assert: {status: 200}` says what the status must be"),
    **dict.fromkeys(("variables", "vars", "env", "environment", "set"), _VARIABLES),
    **dict.fromkeys(("retries", "max_retries", "attempts"), _RETRY),
    **dict.fromkeys(("until", "wait_for"), _POLL),
    **dict.fromkeys(("sleep", "delay", "pause", "delay_after", "delay_before"), "`wait: 5s` is a step of its own; " + _POLL),
    **dict.fromkeys(("allow_redirects", "follow_redirects", "followRedirects"), "`redirects: true` follows them"),
    **dict.fromkeys(("verify", "insecure"), _ACTION_SENTENCES["tls"]),
    **dict.fromkeys(("header",), "`headers` is a mapping of names to values"),
    **dict.fromkeys(("cookie",), "`cookies` is a mapping of names to values"),
    **dict.fromkeys(("idempotent", "idempotency"), "`idempotency_key: auto` makes sending again safe"),
}  # fmt: skip

FOREIGN: Final[dict[str, dict[str, str]]] = {
    "step": {
        **_AROUND_A_REQUEST,
        **dict.fromkeys(("capture", "captures", "save", "extract", "outputs", "bind", "store", "register", "export"), _DERIVE),
        **dict.fromkeys(("loop", "with_items", "foreach", "each", "parametrize", "data_driven", "rows"), _ROWS),
        **dict.fromkeys(("name", "title", "label", "step"), "`id` names a step, `description` tells what it is for"),
        **dict.fromkeys(("teardown", "after", "finally", "undo", "rollback"), _CLEANUP),
        **dict.fromkeys(("setup", "before", "depends_on", "needs", "requires"), "steps run in the order written; what must come before stands above"),
        **dict.fromkeys(("continue_on_error", "continue-on-error", "ignore_errors", "soft"), "`on_failure: continue` lets later steps run"),
        **dict.fromkeys(("secrets", "inputs", "tags", "fixtures", "presets", "credentials", "xfail", "owner"), "it is a key of the journey, at the left margin"),
        **dict.fromkeys(("bearer", "basic", "api_key", "token"), "`auth: {bearer: TOKEN}` says who sends the request"),
        "goto": "steps run in the order written; `when` leaves one out, `end` ends the run",
    },
    "doubt": {
        **dict.fromkeys(("request", "check", "query"), "the question stands under `ask`: `ask: {request: HEAD /orders/17}`"),
        **dict.fromkeys(("assert", "until", "if", "when", "status", "done", "json"), "`done_if` says by what the answer tells that it was done"),
        **dict.fromkeys(("else", "otherwise", "not_done"), "leave it out: what was not done is sent again, what nobody knows stays in doubt"),
    },
    "question": {
        **dict.fromkeys(("call", "with"), "a question is a request: `ask: {request: HEAD /orders/17}`"),
        **dict.fromkeys(("assert", "done_if", "until", "check", "expect"), "`done_if` stands beside `ask`, and says by what the answer tells that it was done"),
        **dict.fromkeys(("derive", "capture", "extract", "save"), "the `derive` of the step reads this answer when the request was done"),
        **dict.fromkeys(("retry", "poll", "when", "in_doubt"), "leave it out: the question is asked once, and what nobody knows stays in doubt"),
        **dict.fromkeys(("method", "verb", "url", "uri", "path", "get", "head"), _REQUEST),
    },
    "cleanup": {
        **_AROUND_A_REQUEST,
        "id": "a cleanup is called by its step, as in `pay.cleanup`",
        "wait": "a cleanup does not wait for a length of time; `poll` waits until an answer is there",
        **dict.fromkeys(("signal", "prompt", "for", "if_late"), "a cleanup waits for nobody: it runs when the run is over"),
        **dict.fromkeys(("derive", "capture", "save", "extract"), "no step comes after a cleanup that could use a value of it"),
        **dict.fromkeys(("on_failure", "on_resume", "releases", "cleanup", "end"), "leave it out: every cleanup runs, though another failed"),
        **dict.fromkeys(("name", "title"), "`description` tells what a cleanup is for"),
    },
    "journey": {
        **dict.fromkeys(("name", "title", "id", "test_name", "scenario"), "`journey` is the name"),
        **dict.fromkeys(("tests", "test", "stages", "requests", "scenarios", "stories", "flow", "tasks"), "`steps` is the list of what is done"),
        **dict.fromkeys(("vars", "env", "environment", "globals"), _VARIABLES + "; environments are files of their own"),
        **dict.fromkeys(("parameters", "params", "arguments"), "`inputs` are given when the journey is run"),
        **dict.fromkeys(("data", "examples", "parametrize", "dataset", "for_each", "foreach"), "`rows` runs the journey once for each record"),
        **dict.fromkeys(("setup", "before"), "what must come first is a step, or a pytest fixture under `fixtures`"),
        **dict.fromkeys(("teardown", "after", "finally"), "`cleanup` runs at the end, whatever happened"),
        **dict.fromkeys(("base_url", "headers", "auth", "query", "cookies", "redirects", "safe", "config", "settings", "options"), _DEFAULTS),
        **dict.fromkeys(("marks", "markers", "labels"), "`tags` become pytest markers"),
        **dict.fromkeys(("request", "assert", "derive", "when", "json", "poll", "retry"), "it is a key of a step, and belongs below `steps`"),
        "include": "write the steps out in this journey",
        "version": "leave it out: versions are numbered when the journey changes",
        "usefixtures": "`fixtures` lists pytest fixtures",
        "$schema": "write `# yaml-language-server: $schema=...` as a comment in the first line",
    },
    "defaults": {
        **dict.fromkeys(("url", "baseUrl", "base", "host", "server"), "`base_url` is what a URL that begins with / is appended to"),
        **dict.fromkeys(("retry", "poll", "when", "warn", "on_failure"), "it is a key of a step"),
        **dict.fromkeys(("status",), "`assert: {status: 200}` asserts the same of every request"),
        **dict.fromkeys(("follow_redirects", "allow_redirects"), "`redirects: true` follows them"),
        **dict.fromkeys(("verify", "insecure"), _ACTION_SENTENCES["tls"]),
    },
    "assertions": {
        **dict.fromkeys(("status_code", "code", "statusCode"), "`status` asserts the status"),
        **dict.fromkeys(("header",), "`headers` maps names to expectations"),
        **dict.fromkeys(("cookie",), "`cookies` maps names to expectations"),
        **dict.fromkeys(("text", "content", "contains", "raw"), "`body` asserts the text, as in `body: {contains: ...}`"),
        **dict.fromkeys(("time", "response_time", "elapsed", "latency"), "`duration: {less_than: 500ms}` asserts how long it took"),
        **dict.fromkeys(("jsonpath", "json_path", "json_body", "jsonBody", "path"), "`json` maps JSONPaths to expectations"),
        **dict.fromkeys(("expression", "expr", "python", "script", "eval"), "`that` lists expressions that must be true"),
        **dict.fromkeys(("length", "bytes"), "`size` asserts how many bytes the body has"),
    },
    "derivation": {
        **dict.fromkeys(("jsonpath", "json_path", "jsonPath"), "`json` takes a JSONPath"),
        **dict.fromkeys(("type", "convert", "cast"), "`as` converts to a type"),
        **dict.fromkeys(("pattern", "match", "re"), "`regex` takes a pattern"),
        **dict.fromkeys(("sensitive", "masked", "hidden"), "`secret: true` makes it a secret"),
        **dict.fromkeys(("text", "content"), "`body: true` takes the text"),
        **dict.fromkeys(("headers",), "`header` names one header"),
        **dict.fromkeys(("cookies",), "`cookie` names one cookie"),
        **dict.fromkeys(("from", "source", "in"), "a source is a key of its own, as in `json: $.path` or `header: location`"),
        **dict.fromkeys(("expression", "expr"), "`value: ${{ ... }}` computes"),
        **dict.fromkeys(("index", "first", "last"), "`all: true` takes every match, and `value: ${{ it[0] }}` one of them"),
    },
    "poll": {
        **dict.fromkeys(("interval", "delay", "sleep", "wait", "pause"), "`every` is the pause"),
        **dict.fromkeys(("timeout", "within", "max_time", "duration", "deadline"), "`for` says how long to go on"),
        **dict.fromkeys(("max_attempts", "retries", "times", "count", "max"), "`attempts` says how many in all"),
        **dict.fromkeys(("condition", "while", "if", "assert", "when"), "`until` says what ends the polling"),
        **dict.fromkeys(("max_delay", "max_interval"), "`max_every` is the longest pause"),
    },
    "retry": {
        **dict.fromkeys(("max_attempts", "count", "times", "max", "retries", "limit"), "`attempts` says how many in all, the first one included"),
        **dict.fromkeys(("interval", "wait", "sleep", "pause", "every"), "`delay` is the pause"),
        **dict.fromkeys(("on", "when", "if", "status", "statuses", "codes"), "`errors` lists what is tried again: connect, timeout, 5xx, or a status"),
        **dict.fromkeys(("until", "for"), _POLL),
        **dict.fromkeys(("max_every", "max_interval"), "`max_delay` is the longest pause"),
    },
    "rows": {
        **dict.fromkeys(("file", "path", "csv", "source", "data"), "`from` names the file, or holds the list"),
        **dict.fromkeys(("key", "name", "ids"), "`id` names the column"),
        **dict.fromkeys(("filter", "if", "when"), "leave rows that should not run out of the file"),
    },
    "input": {
        **dict.fromkeys(("values", "choices", "options", "one_of", "allowed"), "`enum` lists the values that are allowed"),
        **dict.fromkeys(("min",), "`minimum` is the smallest number allowed"),
        **dict.fromkeys(("max",), "`maximum` is the largest number allowed"),
        **dict.fromkeys(("regex", "matches"), "`pattern` takes a regular expression"),
        **dict.fromkeys(("sensitive", "masked"), "`secret: true` makes it a secret"),
        **dict.fromkeys(("value",), "`default` is taken when nothing else gives a value"),
        **dict.fromkeys(("nullable",), "`optional: true` makes it null when not given"),
    },
    "scheme": {
        **dict.fromkeys(("token", "type", "scheme"), "write `bearer: TOKEN`, `basic: {username, password}` or `api_key: {name, value}`"),
        **dict.fromkeys(("username", "user", "password"), "write `basic: {username: ..., password: ...}`"),
        **dict.fromkeys(("apikey", "apiKey", "api-key", "key", "header"), "write `api_key: {name: ..., value: ...}`"),
        **dict.fromkeys(("oauth", "jwt"), "write `bearer: TOKEN`"),
    },
    "target": dict.fromkeys(
        ("headers", "query", "json", "form", "text", "file", "json_file", "body", "data", "auth", "cookies", "timeout", "params"),
        "it stands beside `request`, not in it",
    ),
    "end": {
        **dict.fromkeys(("message", "why", "because"), "`reason` says why"),
        **dict.fromkeys(("if", "condition"), "`when` says under which condition"),
    },
    "mark": {
        **dict.fromkeys(("condition", "if"), "`when` says under which condition"),
        **dict.fromkeys(("message", "why", "because"), "`reason` says why"),
    },
}  # fmt: skip
"""By place and key: our word for what people know by another."""
