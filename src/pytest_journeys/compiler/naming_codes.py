"""The pages of E3xx: names, references, expressions."""

from typing import Final

from pytest_journeys.values.code import Code

NAMING: Final = (
    Code(
        code="E301",
        title="a reference or condition cannot be read",
        meaning="What stands in `${{ }}` is an expression: names with their source, numbers, texts in quotes, "
        "operators, function calls. Conditions (`when`, `that`) take the same, with or without the braces.",
        bad="request: GET /users/${{ inputs.user.lower() }}",
        good="request: GET /users/${{ lower(inputs.user) }}",
    ),
    Code(
        code="E302",
        title="a name is not declared",
        meaning="Inputs, variables, fixtures and columns are declared before they are used, so that a slip of the pen"
        " is found before anything is sent.",
        bad='inputs: {user: {type: string}}\n...\njson: {user: "${{ inputs.usr }}"}',
        good='inputs: {user: {type: string}}\n...\njson: {user: "${{ inputs.user }}"}',
    ),
    Code(
        code="E303",
        title="a secret is not declared",
        meaning="A journey names its secrets under `secrets`. Their values come from outside and are never stored or "
        "shown.",
        bad='json: {password: "${{ secrets.shop_password }}"}',
        good='secrets: [shop_password]\n...\njson: {password: "${{ secrets.shop_password }}"}',
    ),
    Code(
        code="E304",
        title="there is no such step",
        meaning="A reference to a derived value names a step by its id. A step without an id is shown under a name "
        "made from its request, but cannot be referred to by it.",
        bad="request: GET /carts/${{ steps.opencart.cart_id }}",
        good="request: GET /carts/${{ steps.open-cart.cart_id }}",
    ),
    Code(
        code="E305",
        title="the step derives no such value",
        meaning="Later steps see what a step derives, not its whole answer.",
        bad="derive: {cart_id: $.id}\n...\nrequest: GET /carts/${{ steps.open-cart.id }}",
        good="derive: {cart_id: $.id}\n...\nrequest: GET /carts/${{ steps.open-cart.cart_id }}",
    ),
    Code(
        code="E306",
        title="a value is used before it is known",
        meaning="Steps run in the order written; variables and derived values are evaluated in the order written. A "
        "step's own values are known in its `assert`, `warn` and `cleanup`, not in its request.",
        bad="- id: pay\n  request: POST /orders/${{ steps.pay.order_id }}\n  derive: {order_id: $.id}",
        good="- id: pay\n  request: POST /orders\n  derive: {order_id: $.id}",
    ),
    Code(
        code="E307",
        title="a source has no meaning at this place",
        meaning="`response` is known in `that` and `value` of a step with a request, `it` in a `value` behind a "
        "source, `run.failed` in cleanup, `row` in a journey with rows, `steps` where steps have run.",
        bad="when: response.status == 200",
        good="derive: {found: status}\n...\nwhen: steps.look.found == 200",
    ),
    Code(
        code="E308",
        title="a secret would be shown",
        meaning="Ids, names, descriptions, reasons and row ids are shown in every report, so none of them holds a "
        "secret, also not by way of a variable or a derived value.",
        bad="description: signs in with ${{ secrets.shop_password }}",
        good="description: signs in with the password of the shop",
    ),
    Code(
        code="E309",
        title="a reference where plain text is taken",
        meaning="Descriptions, presets and the paths of row files are taken as they are written; references in them "
        "would not be filled in.",
        bad='presets: {mine: {user: "${{ env.user }}"}}',
        good='inputs: {user: {type: string, default: "${{ env.user }}"}}',
    ),
    Code(
        code="E310",
        title="there is no such function",
        meaning="Expressions call the functions of the manual and those that extensions add.",
        bad='query: {key: "${{ guid() }}"}',
        good='query: {key: "${{ uuid() }}"}',
    ),
    Code(
        code="E311",
        title="the arguments of a function do not fit",
        meaning="Each function takes the arguments of its signature. What stands there literally (a JSONPath, a "
        "pattern, an algorithm, a duration) is checked too.",
        bad="\"${{ hash(inputs.user, 'sha999') }}\"",
        good="\"${{ hash(inputs.user, 'sha256') }}\"",
    ),
    Code(
        code="E312",
        title="chance or the clock where values must stay the same",
        meaning="`uuid()`, `now()` and their kin give another value each time. The default of an input, a reason, and"
        " whatever reads a secret (it is computed again when a run resumes) draw nothing.",
        bad='inputs: {key: {type: string, default: "${{ uuid() }}"}}',
        good='variables: {key: "${{ uuid() }}"}',
    ),
    Code(
        code="E313",
        title="a condition that is neither true nor false",
        meaning="Only booleans are conditions; an empty text or zero is not false.",
        bad="when: len(steps.list.items)",
        good="when: len(steps.list.items) > 0",
    ),
    Code(
        code="E314",
        title="types that never go together",
        meaning="What can be seen before the run: a text is not a number, a list is not added to a number, an object "
        "is no header.",
        bad='when: inputs.quantity == "1"',
        good="when: inputs.quantity == 1",
    ),
    Code(
        code="E315",
        title="there are no such credentials",
        meaning="`auth` takes a scheme, the name of an entry of `credentials`, or `none`.",
        bad="credentials: {alice: {bearer: abc}}\n...\nauth: alise",
        good="credentials: {alice: {bearer: abc}}\n...\nauth: alice",
    ),
    Code(
        code="E316",
        title="a generated secret is not well formed",
        meaning="A variable that is a mapping of exactly `value` and `secret` is a generated secret; `secret` is true"
        " or false.",
        bad='variables: {pin: {value: "${{ random_string(8) }}", secret: yes please}}',
        good='variables: {pin: {value: "${{ random_string(8) }}", secret: true}}',
    ),
    Code(
        code="E320",
        title="env is the environment file",
        meaning="A warning. `env` holds the named set of values that a run is given (`environments/NAME.yaml`), not "
        "the variables of the operating system.",
        bad='json: {path: "${{ env.HOME }}"}',
        good='json: {path: "${{ env.home_folder }}"}',
    ),
    Code(
        code="E321",
        title="a derived value is not used",
        meaning="A warning. Mostly a value that is derived under one name and referred to by another. One that is "
        "secret is masked, so it has a use.",
        bad="derive: {order_id: $.id}",
        good="derive: {order_id: $.id}\n...\nrequest: GET /orders/${{ steps.pay.order_id }}",
    ),
    Code(
        code="E322",
        title="a variable is not used",
        meaning="A warning. Nothing refers to it.",
        bad='variables: {reference: "${{ uuid() }}"}',
        good='variables: {reference: "${{ uuid() }}"}\n...\njson: {reference: "${{ variables.reference }}"}',
    ),
)
