"""What is wrong with assertions, paths, requests, steps, inputs and rows is told at its place."""

import pytest

from compiler.journeys import compiled, found_in, journey_with, marked_in

STEPS = {
    "unknown operators": """
        request: GET https://shop.test/
        assert:
          json:
            $.a: {greater: 1}
        #         ^^^^^^^ E401
            $.b: {name: Ada}
        #         ^^^^ E401
            $.c: {like: {id: {$typ: integer}}}
        #                     ^^^^ E401
            $.d: {each: {typ: integer}}
        #                ^^^ E401
            $.e: {}
        #        ^^ E401
        """,
    "operands": """
        request: GET https://shop.test/
        assert:
          json:
            $.a: {type: int}
        #               ^^^ E402
            $.b: {matches: "("}
        #                  ^^^ E402
            $.c: {length: many}
        #                 ^^^^ E402
            $.d: {between: [2, 1]}
        #                  ^^^^^^ E402
            $.e: {any_of: 1}
        #                 ^ E402
            $.f: {exists: "yes"}
        #                 ^^^^^ E402
            $.g: {as: date, equals: x}
        #             ^^^^ E402
            $.h: {like: {x: {$format: ipp}}}
        #                             ^^^ E402
            $.i: {within: 5}
        #                 ^ E402
        """,
    "expectations that never hold": """
        request: GET https://shop.test/
        assert:
          status: "200"
        #         ^^^^^ E403
          headers:
            content-length: 17
        #                   ^^ E403
            x-flag: null
        #           ^^^^ E403
          cookies: {sid: true}
        #                ^^^^ E403
          body: 12
        #       ^^ E403
          duration: 500ms
        #           ^^^^^ E403
          size: big
        #       ^^^ E403
          url: [a]
        #      ^^^ E403
        """,
    "statuses": """
        request: GET https://shop.test/
        assert: {status: [200, 2000, ok]}
        #                      ^^^^ E403
        #                            ^^ E403
        """,
    "operands that never fit": """
        request: GET https://shop.test/
        assert:
          status: {one_of: [200, "201"]}
        #                  ^^^^^^^^^^^^ E403
          headers: {age: {greater_than: 5}, x: {between: [1, 2]}, y: {one_of: [a, "1"]}}
        #                               ^ E403
        #                                                ^^^^^^ E403
        """,
    "durations": """
        request: GET https://shop.test/
        assert: {duration: {less_than: 500}}
        #                              ^^^ E402
        warn: {duration: {between: [1s, 2 seconds]}}
        #                          ^^^^^^^^^^^^^^^ E402
        """,
    "paths": """
        request: GET https://shop.test/
        assert:
          json:
            items: 1
        #   ^^^^^ E404
            "$.a[${{ inputs.user }}]": 1
        #   ^^^^^^^^^^^^^^^^^^^^^^^^^ E404
        derive:
          a: "$.a["
        #        ^ E404
          b: {json: a.b}
        #           ^^^ E404
          c: {body: true, path: $x}
        #                        ^ E404
        cleanup: {request: "GET https://shop.test/${{ steps.last.a + steps.last.b + steps.last.c }}"}
        """,
    "an attribute of a cookie": """
        request: GET https://shop.test/
        assert: {cookies: {sid: {secure: true, matches: a}}}
        #                                      ^^^^^^^ E401
        """,
    "patterns": """
        request: GET https://shop.test/
        derive: {a: {body: true, regex: 'a(b'}, b: {regex: '['}}
        #                                 ^ E405
        #                                                   ^ E405
        assert: {that: [steps.last.a == steps.last.b]}
        """,
    "value of a derived value": """
        request: GET https://shop.test/
        derive: {a: {json: $.a, value: "/x/${{ it }}"}, b: {value: 5}}
        #                              ^^^^^^^^^^^^^^ E407
        #                                                          ^ E407
        cleanup: {request: "GET https://shop.test/${{ steps.last.a + steps.last.b }}"}
        """,
    "urls": """
        request: GET /me
        #            ^^^ E408
        cleanup:
          - request: GET shop.test/me
        #                ^^^^^^^^^^^^ E408
          - request: {method: GET, url: "ftp://shop.test/me"}
        #                                ^^^^^^^^^^^^^^^^^^ E408
        """,
    "more urls": """
        request: GET https:shop.test/me
        #            ^^^^^^^^^^^^^^^^^^ E408
        base_url: shop.test
        #         ^^^^^^^^^ E408
        """,
    "keys": """
        request: POST https://shop.test/
        json: {"${{ inputs.user }}": 1}
        #      ^^^^^^^^^^^^^^^^^^^^ E309
        query: {"a${{ inputs.user }}": 1}
        #       ^^^^^^^^^^^^^^^^^^^^^ E309
        assert: {json: {$: {equals: {"${{ inputs.user }}": 1}}}}
        #                            ^^^^^^^^^^^^^^^^^^^^ E309
        """,
    "files": """
        request: POST https://shop.test/
        json_file: order.json
        #          ^^^^^^^^^^ E409
        cleanup:
          - request: POST https://shop.test/
            file: photo.png
        #         ^^^^^^^^^ E409
          - request: POST https://shop.test/
            json_file: ${{ inputs.user }}.json
        #              ^^^^^^^^^^^^^^^^^^^^^^^ E409
          - request: POST https://shop.test/
            assert: {json: {$: {equals_file: order.json}}}
        #                                    ^^^^^^^^^^ E409
        """,
    "releases": """
        request: POST https://shop.test/
        releases: [sign-in, signin, last]
        #          ^^^^^^^ E411
        #                   ^^^^^^ E411
        #                           ^^^^ E411
        """,
    "a poll that waits for nothing": """
        request: GET https://shop.test/
        poll: {for: 1m}
        # <<< E412
        """,
    "a poll with a key": """
        request: POST https://shop.test/
        poll: {until: {status: 200}, for: 1m}
        # <<< E412
        idempotency_key: auto
        """,
    "a polled POST": """
        request: POST https://shop.test/
        poll: {until: {status: 200}, for: 1m}
        # <<< E413
        """,
    "a poll whose assertions need the last answer": """
        request: GET https://shop.test/
        poll: {for: 1m}
        derive: {total: $.total}
        assert: {that: [steps.last.total > 1]}
        #               ^^^^^^^^^^^^^^^^^^^^ E306
        """,
    "two keys": """
        request: POST https://shop.test/
        headers: {Idempotency-Key: abc}
        idempotency_key: auto
        # <<< E419
        """,
    "a question that settles nothing": """
        request: POST https://shop.test/
        derive: {number: $.number}
        in_doubt:
          ask: {request: HEAD https://shop.test/1}
        #                ^^^^^^^^^^^^^^^^^^^^^^^^ E420
          done_if: {json: {$.state: open}}
        #                           ^^^^ E420
        """,
    "a question that acts": """
        request: POST https://shop.test/
        in_doubt: {ask: {request: POST https://shop.test/1}, done_if: {}}
        #                         ^^^^^^^^^^^^^^^^^^^^^^^^ E420
        #                                                    ^^^^^^^ E420
        """,
    "a retried POST": """
        request: POST https://shop.test/
        retry: {attempts: 3}
        # <<< E413
        """,
    "objects where text is sent": """
        request: GET https://shop.test/
        headers: {x: {a: 1}}
        #            ^^^^^^ E314
        query: {filter: [[1, 2]]}
        #               ^^^^^^^^ E314
        """,
}


@pytest.mark.parametrize("name", STEPS)
def test_a_mistake_of_a_step_is_told_where_it_stands(name: str) -> None:
    """The code, the line, the column and the length of a finding are exact."""
    text = journey_with(STEPS[name])
    assert found_in(text) == marked_in(text)


FILES = {
    "step ids": """
        journey: j
        steps:
          - id: pay
            request: GET https://shop.test/
          - id: pay
        #       ^^^ E410
            request: GET https://shop.test/
          - id: journey
        #       ^^^^^^^ E410
            request: GET https://shop.test/
        """,
    "tags": """
        journey: j
        tags: [smoke, xfail]
        #             ^^^^^ E418
        steps: [{request: GET https://shop.test/}]
        """,
    "presets": """
        journey: j
        inputs:
          quantity: {type: integer, minimum: 1}
          user: {type: string, optional: true}
          pin: {type: string, secret: true}
        presets:
          a: {quantity: many, user: "${{ env.user }}", pin: "1234"}
        #               ^^^^ E414
        #                           ^^^^^^^^^^^^^^^^^ E309
        #                                                   ^^^^^^ E415
          b: {qantity: 1, user: null}
        #     ^^^^^^^ E302
        steps: [{request: GET https://shop.test/}]
        """,
    "inputs": """
        journey: j
        inputs:
          a: {type: integer, default: many}
        #                             ^^^^ E414
          b: {type: string, minimum: 1}
        #                   ^^^^^^^ E416
          c: {type: array, items: {type: strin, enum: a}}
        #                                ^^^^^ E416
        #                                             ^ E416
          d: {type: object, properties: {x: {maxi: 1}}}
        #                                    ^^^^ E416
          e: {type: string, pattern: "a(", default: b}
        #                            ^^^^ E416
          g: {type: integer, minimum: 5, default: 4}
        #                                         ^ E414
          h: {type: array, items: {type: string, pattern: a}, default: [a, b]}
        #                                                              ^^^^^^ E414
          f: {type: boolean, default: "${{ 'no' }}"}
        #                             ^^^^^^^^^^^^^ E414
        steps: [{request: GET https://shop.test/}]
        """,
    "rows that are none": """
        journey: j
        rows: []
        #     ^^ E417
        steps: [{request: GET https://shop.test/}]
        """,
    "a row file of an unknown kind": """
        journey: j
        rows: {from: rows.xlsx, id: sku}
        #            ^^^^^^^^^ E417
        steps: [{request: GET https://shop.test/}]
        """,
    "the path of a row file": """
        journey: j
        rows: ${{ env.rows }}.csv
        #     ^^^^^^^^^^^^^^^^^^^ E309
        steps: [{request: GET https://shop.test/}]
        """,
    "an id column that no row has": """
        journey: j
        rows: {from: [{sku: A-100}], id: skuu}
        #                                ^^^^ E302
        steps: [{request: GET https://shop.test/}]
        """,
    "a URL without the base that comes later": """
        journey: j
        defaults: {base_url: "${{ steps.find.url }}"}
        steps:
          - id: find
            request: GET /find
        #                ^^^^^ E408
            derive: {url: $.url}
          - request: GET /there
        """,
    "a default that is wrong is told once": """
        journey: j
        defaults:
          assert: {json: {$.a: {typ: integer}}}
        #                       ^^^ E401
        steps:
          - request: GET https://shop.test/a
          - request: GET https://shop.test/b
        """,
}


@pytest.mark.parametrize("name", FILES)
def test_a_mistake_of_a_file_is_told_where_it_stands(name: str) -> None:
    """The code, the line, the column and the length of a finding are exact."""
    text = FILES[name]
    assert found_in(text) == marked_in(text)


@pytest.mark.parametrize("name", [*STEPS, *FILES])
def test_a_finding_moves_with_its_line(name: str) -> None:
    """Three lines above shift every finding by three lines and by nothing else."""
    text = journey_with(STEPS[name]) if name in STEPS else FILES[name]
    shifted = [(code, line + 3, column, length) for code, line, column, length in found_in(text)]
    lines = text.lstrip("\n").splitlines(keepends=True) if name in FILES else [text]
    indent = " " * (len(lines[0]) - len(lines[0].lstrip()))
    assert (
        found_in(("\n" if name in FILES else "") + f"{indent}# one\n{indent}# two\n{indent}# three\n" + "".join(lines))
        == shifted
    )


def test_a_mistake_inside_a_json_file_is_told_at_its_name() -> None:
    """The file is not shown, so the note says which one and where in it."""
    text = journey_with("request: POST https://shop.test/\njson_file: order.json")
    files = {"order.json": b'{"items": [{"sku": "${{ inputs.sku }}"}]}'}
    (finding,) = compiled(text, files).diagnostics
    assert finding.code == "E302"
    assert finding.notes[-1] == "in order.json at $.items[0].sku"
    assert finding.excerpt == "    json_file: order.json"


@pytest.mark.parametrize(
    ("step", "advice"),
    [
        ("assert: {json: {$.a: {gt: 1}}}", "did you mean greater_than?"),
        ("assert: {json: {$.a: {name: Ada}}}", "an object to compare with stands under equals or like"),
        ("assert: {headers: {age: 17}}", "convert it before it compares: {as: integer, equals: 17}"),
        ('assert: {status: "200"}', "write it without quotes: 200"),
        ("assert: {duration: 500ms}", "write a bound: {less_than: 500ms}"),
    ],
)
def test_the_right_form_is_offered(step: str, advice: str) -> None:
    """Each mistake is answered with what to write."""
    text = journey_with(f"request: GET https://shop.test/\n{step}")
    assert compiled(text).diagnostics[0].help == advice
