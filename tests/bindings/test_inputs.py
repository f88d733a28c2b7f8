import pytest

from pytest_journeys.artifact.model import Artifact, Input, Rows
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.bindings.inputs import Origin, PreparedInputs, explained, prepare_inputs
from pytest_journeys.bindings.offer import Offered, check_offered, read_assignments
from pytest_journeys.bindings.rows import read_rows
from pytest_journeys.expressions.template import Literal, Reference
from pytest_journeys.values.errors import SetupError, UsageError

SKU = Input(name="sku", type="string")
QUANTITY = Input(name="quantity", type="integer", default=Literal(1), schema={"minimum": 1})
WHERE = SourceMap(
    file="checkout.journey.yaml",
    source_digest="",
    positions={"inputs/sku": (3, 3, 3, 6), "inputs/quantity": (4, 3, 4, 11), "inputs/password": (5, 3, 5, 11)},
    lines={"3": "  sku: {type: string}", "4": "  quantity: {type: integer, default: 1, minimum: 1}"},
)


def journey(*inputs: Input, **presets: dict[str, object]) -> Artifact:
    """A journey with these inputs and presets."""
    return Artifact(journey="checkout", inputs=inputs, presets=presets, rows=Rows(file="r.csv"))  # type: ignore[arg-type]


def prepare(artifact: Artifact, data: str | None = None, **offered: object) -> PreparedInputs:
    """The inputs of a journey, its rows read from CSV text."""
    rows = None if data is None else read_rows(artifact, WHERE, data.encode(), "r.csv")
    return prepare_inputs(artifact, WHERE, rows=rows, offered=Offered(**offered))  # type: ignore[arg-type]


def told(prepared: PreparedInputs) -> list[str]:
    """The diagnostics, one line each."""
    return [
        f"{found.file}:{found.span.line if found.span else ''} {found.code} {found.title} = {found.help}"
        for found in prepared.diagnostics
    ]


class TestPrecedence:
    def test_row_over_command_line_over_preset_over_default(self) -> None:
        """One order; each value tells where it comes from."""
        names = ["a", "b", "c", "d", "e"]
        inputs = [Input(name=name, type="string", default=Literal("default")) for name in names]
        inputs[4] = Input(name="e", type="string", is_optional=True)
        artifact = journey(*inputs, bulk={"a": "preset", "b": "preset", "c": "preset"})
        data = "a\nrow\n"
        rows = read_rows(artifact, WHERE, data.encode(), "r.csv")
        bound = prepare(artifact, data, assignments={"b": "command"}, preset="bulk").bind(rows[0])
        assert bound.values == {"a": "row", "b": "command", "c": "preset", "d": "default", "e": None}
        assert explained(bound, names) == [
            ("a", "row", "row"),
            ("b", "--journeys-input", "command"),
            ("c", "preset", "preset"),
            ("d", "default", "default"),
            ("e", "optional, not given", None),
        ]

    def test_an_empty_cell_leaves_the_value_to_others(self) -> None:
        """Not given in this row: preset, then default; a string that nothing else gives is the empty text."""
        artifact = journey(SKU, QUANTITY, Input(name="note", type="string", is_optional=True), bulk={"quantity": 50})
        data = "id,sku,quantity,note\nx,,,\n"
        rows = read_rows(artifact, WHERE, data.encode(), "r.csv")
        assert prepare(artifact, data).bind(rows[0]).values == {"sku": "", "quantity": 1, "note": None}
        with_preset = prepare(artifact, data, preset="bulk").bind(rows[0])
        assert with_preset.values["quantity"] == 50
        assert with_preset.origins["sku"] is Origin.EMPTY_CELL

    def test_a_preset_of_another_journey_is_none_of_ours(self) -> None:
        """Command-line inputs and presets apply where they are declared."""
        bound = prepare(journey(QUANTITY), assignments={"sku": "A"}, preset="other").bind()
        assert bound.values == {"quantity": 1}

    def test_secret_inputs_are_kept_apart(self) -> None:
        """A secret input comes from its row and is not among the values that are recorded."""
        artifact = journey(SKU, Input(name="password", type="string", is_secret=True))
        data = "sku,password\nA,hunter22\n"
        rows = read_rows(artifact, WHERE, data.encode(), "r.csv")
        bound = prepare(artifact, data).bind(rows[0])
        assert bound.values == {"sku": "A"}
        assert bound.secrets["password"].reveal() == "hunter22"
        assert "hunter22" not in repr((bound, rows, rows[0]))
        assert bound.origins["password"] is Origin.ROW

    def test_a_secret_input_takes_no_value_from_the_definition(self) -> None:
        """Whatever a preset or a default says of it: what would be recorded is no secret."""
        secret = Input(name="password", type="string", is_secret=True, default=Literal("hunter22"))
        prepared = prepare(journey(secret, bulk={"password": "hunter22"}), preset="bulk")
        assert [found.code for found in prepared.diagnostics] == ["E618"]
        assert "hunter22" not in repr(prepared)

    def test_a_default_may_be_an_expression(self) -> None:
        """What is no literal is evaluated with the inputs that are known, and checked like any value."""
        half = Input(name="half", type="integer", default=Reference("inputs.quantity / 2"))
        prepared = prepare_inputs(
            journey(QUANTITY, half), WHERE, offered=Offered(assignments={"quantity": "8"}),
            render=lambda template, known: int(str(known["quantity"])) / 2,
        )  # fmt: skip
        assert prepared.bind().values == {"quantity": 8, "half": 4}
        odd = prepare_inputs(journey(QUANTITY, half), WHERE, render=lambda template, known: 0.5)
        with pytest.raises(SetupError, match=r"^the default of the input half: 0\.5 is not an integer$"):
            odd.bind()


class TestFaults:
    def test_a_missing_input_is_told_with_the_ways_to_give_it(self) -> None:
        """Before anything runs, at the input's declaration, with its line."""
        prepared = prepare(journey(SKU))
        assert told(prepared) == [
            (
                "checkout.journey.yaml:3 E618 the input sku has no value = give it by "
                "--journeys-input sku=VALUE, a preset, a default, or a column sku of the rows"
            )
        ]
        assert prepared.diagnostics[0].excerpt == "  sku: {type: string}"

    def test_a_row_that_lacks_an_input_is_told_by_its_line(self) -> None:
        """Every row is checked before the first one runs."""
        number = Input(name="quantity", type="integer")
        assert told(prepare(journey(SKU, number), "sku,quantity\nA,1\nB,\n")) == [
            (
                "r.csv:3 E618 this row gives no quantity = "
                "fill it in, or give the input a default, or a value in a preset"
            )
        ]

    def test_a_missing_secret_input_names_only_rows(self) -> None:
        """No command line and no preset is offered for a secret."""
        assert told(prepare(journey(Input(name="password", type="string", is_secret=True)))) == [
            (
                "checkout.journey.yaml:5 E618 the input password has no value = "
                "a secret input is given by a column password of the rows; or make it optional"
            )
        ]

    def test_a_preset_or_default_that_does_not_fit(self) -> None:
        """The definition's own values are checked like any others."""
        artifact = journey(QUANTITY, bulk={"quantity": 0})
        assert told(prepare(artifact, preset="bulk")) == [
            "checkout.journey.yaml:4 E610 quantity: preset bulk: 0 is below the minimum 1 = "
        ]

    @pytest.mark.parametrize(
        ("declared", "text", "expected"),
        [
            (QUANTITY, "many", "--journeys-input quantity: 'many' is no integer"),
            (QUANTITY, "1.0", "--journeys-input quantity: '1.0' is no integer"),
            (QUANTITY, "0", "--journeys-input quantity: 0 is below the minimum 1"),
            (
                Input(name="on", type="boolean"), "yes",
                "--journeys-input on: 'yes' is no boolean\n  = help: write true or false",
            ),
            (
                Input(name="x", type="array"), "a,b",
                ("--journeys-input x: 'a,b' is no JSON: Expecting value at line 1, column 1\n"
                '  = help: a list is written as JSON here: ["a", "b"]'),
            ),
            (
                Input(name="x", type="array"), "[" * 65 + "]" * 65,
                "--journeys-input x: a text of 130 characters is nested more than 64 levels deep",
            ),
            (Input(name="x", type="array"), "{}", "--journeys-input x: {} is not a list"),
            (Input(name="x", type="number"), "NaN", "--journeys-input x: 'NaN' is no number"),
            (
                Input(name="x", type="number"), "1e999",
                "--journeys-input x: '1e999' is no JSON: the number 1e999 is outside the float range",
            ),
            (
                Input(name="x", type="string", schema={"enum": ["a", "b"]}), "c",
                "--journeys-input x: 'c' is none of 'a', 'b'",
            ),
            (
                Input(name="x", type="string", schema={"pattern": "^[a-z]+$"}), "C",
                "--journeys-input x: 'C' does not match ^[a-z]+$",
            ),
            (
                Input(name="x", type="array", schema={"items": {"type": "integer", "maximum": 3}}), "[1, 4]",
                "--journeys-input x: 4 is above the maximum 3 (at [1])",
            ),
            (
                Input(name="x", type="object", schema={"required": ["a"]}), "{}",
                "--journeys-input x: {} has no a",
            ),
            (
                Input(name="x", type="object", schema={"properties": {"a": {"properties": {"b": {"type": "string"}}}}}),
                '{"a": {"b": 1}}',
                "--journeys-input x: 1 is not a text (at a.b)\n  = help: put it in quotes",
            ),
            (
                Input(name="x", type="string", is_secret=True), "y",
                ("--journeys-input x: checkout declares it as a secret, which a command line would show\n"
                "  = help: give it in a column of the rows, or declare a secret instead of a secret input"),
            ),
        ],
    )  # fmt: skip
    def test_a_command_line_value_that_does_not_fit(self, declared: Input, text: str, expected: str) -> None:
        """A usage error that says what was expected."""
        with pytest.raises(UsageError) as caught:
            prepare(journey(declared), assignments={declared.name: text})
        assert str(caught.value) == expected

    def test_a_command_line_value_against_a_column(self) -> None:
        """Which of the two is meant cannot be known."""
        with pytest.raises(UsageError) as caught:
            prepare(journey(SKU), "sku\nA\n", assignments={"sku": "B"})
        assert str(caught.value) == (
            "--journeys-input sku: the rows of checkout have a column sku, which says otherwise\n"
            "  = help: leave out the option, or take the column sku out of the rows"
        )


class TestOffered:
    def test_assignments(self) -> None:
        """The value is all behind the first equals sign."""
        assert read_assignments(["a=1", "b=x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}

    @pytest.mark.parametrize(
        ("texts", "expected"),
        [
            (["sku"], "--journeys-input sku: write KEY=VALUE"),
            (["=x"], "--journeys-input =x: write KEY=VALUE"),
            (["a=1", "a=2"], "--journeys-input a is given twice"),
        ],
    )
    def test_bad_assignments(self, texts: list[str], expected: str) -> None:
        """What is no assignment is a usage error."""
        with pytest.raises(UsageError) as caught:
            read_assignments(texts)
        assert str(caught.value) == expected

    @pytest.mark.parametrize(
        ("offered", "expected"),
        [
            (
                Offered(assignments={"skuu": "A"}),
                "--journeys-input skuu: no selected journey declares this input\n  = help: did you mean sku?",
            ),
            (
                Offered(preset="x"),
                "--journeys-preset x: no selected journey declares this preset\n  = help: declared are: bulk",
            ),
        ],
    )
    def test_names_that_no_journey_declares(self, offered: Offered, expected: str) -> None:
        """A name is fine when one selected journey declares it, and a usage error when none does."""
        selected = [journey(QUANTITY), journey(SKU, bulk={})]
        check_offered(Offered(assignments={"sku": "A", "quantity": "2"}, preset="bulk"), selected)
        with pytest.raises(UsageError) as caught:
            check_offered(offered, selected)
        assert str(caught.value) == expected
