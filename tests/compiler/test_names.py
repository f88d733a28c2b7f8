"""Every name is resolved, and what is wrong with one is told at its place with the right name."""

import pytest

from compiler.journeys import compiled, found_in, journey_with, marked_in

MISTAKES = {
    "unknown input": """
        request: GET https://shop.test/${{ inputs.usr }}
        #                                  ^^^^^^^^^^ E302
        """,
    "unknown input inside a quoted flow value": """
        request: POST https://shop.test/x
        json: {user: "${{ inputs.usr }}"}
        #                 ^^^^^^^^^^ E302
        """,
    "unknown variable": """
        request: GET https://shop.test/${{ variables.reference }}
        #                                  ^^^^^^^^^^^^^^^^^^^ E302
        """,
    "undeclared secret": """
        request: GET https://shop.test/
        auth: {bearer: "${{ secrets.shop_pasword }}"}
        #                   ^^^^^^^^^^^^^^^^^^^^ E303
        """,
    "undeclared fixture": """
        request: GET ${{ fixtures.live_shop }}/me
        #                ^^^^^^^^^^^^^^^^^^ E302
        """,
    "row without rows": """
        request: GET https://shop.test/${{ row.sku }}
        #                                  ^^^^^^^ E307
        """,
    "unknown step": """
        request: GET https://shop.test/${{ steps.signin.user }}
        #                                  ^^^^^^^^^^^^^^^^^ E304
        """,
    "a value that the step does not derive": """
        request: GET https://shop.test/${{ steps.sign-in.id }}
        #                                  ^^^^^^^^^^^^^^^^ E305
        """,
    "its own value in its request": """
        request: GET https://shop.test/${{ steps.last.id }}
        #                                  ^^^^^^^^^^^^^ E306
        derive: {id: $.id}
        """,
    "a value derived further down": """
        request: GET https://shop.test/
        derive:
          a: {value: "${{ steps.last.b + 1 }}"}
        #                 ^^^^^^^^^^^^ E306
          b: $.b
        assert: {that: [steps.last.a > steps.last.b]}
        """,
    "its own value in a condition": """
        when: steps.last.id == 1
        #     ^^^^^^^^^^^^^ E306
        request: GET https://shop.test/
        derive: {id: $.id}
        """,
    "response in a request": """
        request: GET https://shop.test/${{ response.status }}
        #                                  ^^^^^^^^^^^^^^^ E307
        """,
    "an unknown part of response": """
        request: GET https://shop.test/
        assert: {that: [response.code == 200]}
        #               ^^^^^^^^^^^^^ E302
        """,
    "response in a step without a request": """
        assert: {that: [response.status == 200]}
        #               ^^^^^^^^^^^^^^^ E307
        """,
    "it outside of value": """
        request: GET https://shop.test/
        assert: {that: ["it == 1"]}
        #                ^^ E307
        """,
    "it without a source": """
        request: GET https://shop.test/
        derive: {a: {value: "${{ it + 1 }}"}}
        #                        ^^ E307
        cleanup: {request: "GET https://shop.test/${{ steps.last.a }}"}
        """,
    "run.failed before the end": """
        request: GET https://shop.test/
        when: run.failed
        #     ^^^^^^^^^^ E307
        """,
    "an unknown value of run": """
        request: GET https://shop.test/${{ run.name }}
        #                                  ^^^^^^^^ E302
        """,
    "each and signals": """
        request: GET https://shop.test/${{ each.value }}/${{ signals.go.token }}
        #                                  ^^^^^^^^^^ E202
        #                                                    ^^^^^^^^^^^^^^^^ E302
        """,
    "an expression that cannot be read": """
        request: GET https://shop.test/${{ inputs.user + }}
        #                                              ^ E301
        """,
    "a reference that is not closed": """
        request: GET https://shop.test/
        json: {a: "${{ inputs.user"}
        #          ^^^^^^^^^^^^^^^ E128
        """,
    "an unknown function": """
        request: GET https://shop.test/${{ guid() }}
        #                                  ^^^^ E310
        """,
    "too many arguments": """
        request: GET https://shop.test/${{ lower(inputs.user, 1) }}
        #                                  ^^^^^^^^^^^^^^^^^^^^^ E311
        """,
    "an unknown keyword": """
        request: GET https://shop.test/${{ now(offset='1h') }}
        #                                  ^^^^^^^^^^^^^^^^ E311
        """,
    "a literal that the function refuses": """
        request: POST https://shop.test/
        json:
          - ${{ hash(inputs.user, 'sha999') }}
        #                         ^^^^^^^^ E311
          - ${{ regex(inputs.user, '(') }}
        #                          ^^^ E311
          - ${{ query(inputs.user, 'name') }}
        #                          ^^^^^^ E311
        """,
    "omit inside another value": """
        request: POST https://shop.test/
        json: {a: "${{ [omit()] }}"}
        #               ^^^^^^ E311
        """,
    "no condition": """
        request: GET https://shop.test/
        when: inputs.quantity + 1
        #     ^^^^^^^^^^^^^^^^^^^ E313
        """,
    "null is no condition": """
        request: GET https://shop.test/
        when: "null"
        #      ^^^^ E313
        """,
    "types that never go together": """
        request: POST https://shop.test/
        json:
          - ${{ inputs.user * 2 }}
        #       ^^^^^^^^^^^ E314
          - ${{ inputs.quantity == "1" }}
        #       ^^^^^^^^^^^^^^^^^^^^^^ E314
          - ${{ inputs.quantity + inputs.user }}
        #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ E314
          - ${{ lower(inputs.quantity) }}
        #             ^^^^^^^^^^^^^^^ E314
          - ${{ not inputs.user }}
        #           ^^^^^^^^^^^ E314
          - ${{ inputs.quantity.name }}
        #       ^^^^^^^^^^^^^^^ E314
          - ${{ 1 in inputs.quantity }}
        #            ^^^^^^^^^^^^^^^ E314
        """,
    "unknown credentials": """
        request: GET https://shop.test/
        auth: alice
        #     ^^^^^ E315
        """,
    "a variable of the operating system": """
        request: GET https://shop.test/${{ env.HOME }}
        #                                  ^^^^^^^^ E320
        """,
    "a key that draws and reads a secret": """
        request: POST https://shop.test/
        idempotency_key: ${{ hmac(uuid(), secrets.shop_password) }}
        #                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ E312
        """,
    "a secret in a description": """
        description: signs in with ${{ steps.sign-in.token }}
        #                              ^^^^^^^^^^^^^^^^^^^ E308
        request: GET https://shop.test/
        """,
    "a reference in a description": """
        description: buys ${{ inputs.quantity }}
        #            ^^^^^^^^^^^^^^^^^^^^^^^^^^^ E309
        request: GET https://shop.test/
        """,
    "a reference inside of quotes that are escaped": """
        request: POST https://shop.test/
        json: {a: "\\u0041${{ inputs.usr }}"}
        #         ^^^^^^^^^^^^^^^^^^^^^^^^^ E302
        """,
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrong_name_is_told_where_it_stands(name: str) -> None:
    """The code, the line, the column and the length of a finding are exact."""
    text = journey_with(MISTAKES[name])
    assert found_in(text) == marked_in(text)


WHOLE_FILES = {
    "a later step": """
        journey: j
        steps:
          - request: GET https://shop.test/${{ steps.second.id }}
        #                                      ^^^^^^^^^^^^^^^ E306
          - id: second
            request: GET https://shop.test/
            derive: {id: $.id}
        """,
    "a later step in a cleanup": """
        journey: j
        steps:
          - id: first
            request: GET https://shop.test/
            cleanup: {request: "GET https://shop.test/${{ steps.second.id }}"}
        #                                                 ^^^^^^^^^^^^^^^ E306
          - id: second
            request: GET https://shop.test/
            derive: {id: $.id}
        """,
    "what an alias repeats is told once": """
        journey: j
        x-trace: &trace {x-trace: "${{ inputs.trace }}"}
        #                              ^^^^^^^^^^^^ E302
        steps:
          - {request: GET https://shop.test/, headers: *trace}
          - {request: GET https://shop.test/, headers: *trace}
        """,
    "a step without an id": """
        journey: j
        steps:
          - request: GET https://shop.test/me
            derive: {id: $.id}
          - request: GET https://shop.test/${{ steps.get-me.id }}
        #                                      ^^^^^^^^^^^^^^^ E304
        """,
    "variables in order": """
        journey: j
        variables:
          a: ${{ variables.b }}
        #        ^^^^^^^^^^^ E306
          b: ${{ variables.b }}
        #        ^^^^^^^^^^^ E306
        steps:
          - request: GET https://shop.test/${{ variables.a }}
        """,
    "steps in a variable": """
        journey: j
        variables: {a: "${{ steps.s.id }}"}
        #                   ^^^^^^^^^^ E307
        steps:
          - id: s
            request: GET https://shop.test/${{ variables.a }}
            derive: {id: $.id}
        """,
    "a secret variable that draws": """
        journey: j
        secrets: [key]
        variables: {a: "${{ hmac(uuid(), secrets.key) }}"}
        #              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ E312
        steps:
          - request: GET https://shop.test/${{ variables.a }}
        """,
    "a secret by way of a variable and a derived value": """
        journey: j
        description: ${{ variables.a }} ${{ steps.s.b }}
        #                ^^^^^^^^^^^ E308
        #                                   ^^^^^^^^^ E308
        secrets: [key]
        variables: {a: "${{ base64(secrets.key) }}"}
        steps:
          - id: s
            request: GET https://shop.test/
            derive: {b: {value: "${{ variables.a + 'x' }}"}}
        """,
    "a variable with a strange secret": """
        journey: j
        variables: {a: {value: x, secret: certainly}}
        #                                 ^^^^^^^^^ E316
        steps:
          - request: GET https://shop.test/${{ variables.a }}
        """,
    "impure defaults and defaults that look ahead": """
        journey: j
        inputs:
          a: {type: string, default: "${{ uuid() }}"}
        #                                 ^^^^^^ E312
          b: {type: string, default: "${{ inputs.c }}"}
        #                                 ^^^^^^^^ E306
          c: {type: string, default: "${{ secrets.s }}"}
        #                                 ^^^^^^^^^ E307
        secrets: [s]
        steps:
          - request: GET https://shop.test/
        """,
    "columns": """
        journey: j
        rows: [{sku: A-100}, {sku: B-200, colour: red}]
        steps:
          - request: GET https://shop.test/${{ row.sku }}/${{ row.colour }}/${{ row.color }}
        #                                                                       ^^^^^^^^^ E302
        """,
    "a secret as the id of a row": """
        journey: j
        inputs: {pin: {type: string, secret: true}}
        rows: {from: rows.csv, id: pin}
        #                          ^^^ E308
        steps:
          - request: GET https://shop.test/
        """,
    "a secret as a reason": """
        journey: j
        inputs: {pin: {type: string, secret: true}}
        rows: rows.csv
        skip: {when: "inputs.pin == ''", reason: "the pin is ${{ inputs.pin }}"}
        #                                                        ^^^^^^^^^^ E308
        xfail: ${{ row.pin }}
        #          ^^^^^^^ E308
        steps:
          - request: GET https://shop.test/
        """,
    "credentials that are not known yet": """
        journey: j
        credentials: {alice: {bearer: "${{ steps.s.token }}"}}
        steps:
          - request: GET https://shop.test/
            auth: alice
        #         ^^^^^ E306
          - id: s
            request: GET https://shop.test/
            derive: {token: {json: $.t, secret: true}}
          - request: GET https://shop.test/
            auth: alice
        """,
    "names of defaults are told once": """
        journey: j
        defaults: {headers: {accept: "${{ inputs.nothing }}"}}
        #                                 ^^^^^^^^^^^^^^ E302
        steps:
          - request: GET https://shop.test/a
          - request: GET https://shop.test/b
        """,
    "unused values and variables": """
        journey: j
        variables:
          a: 1
        # ^ E322
          b: 2
        steps:
          - id: s
            request: GET https://shop.test/${{ variables.b }}
            derive: {c: $.c, d: {json: $.d, secret: true}}
        #            ^ E321
        """,
}


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_a_wrong_name_of_a_whole_file_is_told_where_it_stands(name: str) -> None:
    """The code, the line, the column and the length of a finding are exact."""
    text = WHOLE_FILES[name]
    assert found_in(text) == marked_in(text)


@pytest.mark.parametrize(
    ("step", "advice"),
    [
        ("request: GET https://shop.test/${{ inputs.usr }}", "did you mean user?"),
        ("request: GET https://shop.test/${{ steps.sign_in.user }}", "did you mean sign-in?"),
        ("request: GET https://shop.test/${{ steps.sign-in.usr }}", "did you mean user?"),
        ("request: GET https://shop.test/${{ secrets.shop-password }}", "did you mean shop_password?"),
        ("request: GET https://shop.test/${{ secrets.other }}", "declare its name: secrets: [other]"),
        ("request: GET https://shop.test/${{ guid() }}", "did you mean uuid()?"),
    ],
)
def test_the_nearest_right_name_is_offered(step: str, advice: str) -> None:
    """A misspelt name is answered with the one that was probably meant."""
    assert compiled(journey_with(step)).diagnostics[0].help == advice


def test_everything_wrong_is_told_at_once() -> None:
    """Findings of every part of the file come in one answer, in the order of the file."""
    text = journey_with(
        """
        when: inputs.none == 1
        request: GET https://shop.test/${{ secrets.none }}
        headers: {x: "${{ steps.none.x }}"}
        json: ["${{ env.ok }}", "${{ none() }}"]
        assert: {status: abc, json: {nonsense: 1}}
        derive: {a: {json: "$[", value: "${{ variables.none }}"}}
        cleanup: {request: "DELETE https://shop.test/${{ steps.later.id }}"}
        """,
        top="tags: [skip]",
    )
    codes = [one.code for one in compiled(text).diagnostics]
    assert codes == ["E418", "E302", "E303", "E304", "E310", "E403", "E404", "E404", "E302", "E304"]


def test_more_findings_than_a_person_reads_are_counted() -> None:
    """Fifty are told, errors before warnings, and the last line says how many there are beside them."""
    wrong = "\n".join(f'          - "${{{{ inputs.none_{number} }}}}"' for number in range(60))
    text = journey_with("request: POST https://shop.test/\nderive: {unused: $.a}\njson:\n" + wrong)
    found = compiled(text).diagnostics
    assert len(found) == 51
    assert {one.code for one in found[:50]} == {"E302"}
    assert (found[50].code, found[50].title) == ("E299", "10 more findings are not shown")


def test_an_unknown_key_hides_no_other_mistake() -> None:
    """What is wrong whatever the key was meant to say is told with it; what it may have declared is not."""
    text = """
        journey: j
        secret: [key]
        # <<< E201
        steps:
          - id: a
            request: POST https://shop.test/${{ secrets.key }}
            asert: {status: 200}
        # <<< E201
            capture: {id: $.id}
        # <<< E203
          - request: GET https://shop.test/${{ steps.a.id }}/${{ guid() }}
        #                                                        ^^^^ E310
            assert: {json: {$.a: {greater: 1}}}
        #                         ^^^^^^^ E401
        """
    assert found_in(text) == marked_in(text)


def test_a_reference_inside_of_default_may_be_missing_and_is_still_resolved() -> None:
    """`default` is for values that a run may lack, not for names that do not exist."""
    text = journey_with("request: GET https://shop.test/${{ default(inputs.usr, 'x') }}")
    assert [one.code for one in compiled(text).diagnostics] == ["E302"]
