import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_journeys.artifact.model import Artifact, Input, Rows, Step, Variable
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.bindings import row as bound
from pytest_journeys.bindings.rows import read_rows
from pytest_journeys.expressions.template import Literal, Reference
from pytest_journeys.values.diagnostic import Diagnostic, Severity

SKU = Input(name="sku", type="string")
QUANTITY = Input(name="quantity", type="integer", schema={"minimum": 1})


def journey(*inputs: Input, file: str | None = "rows.csv", id_column: str | None = None, refers: str = "") -> Artifact:
    """A journey with these inputs; `refers` is an expression that its only step evaluates."""
    steps = (Step(path="ask", when=refers),) if refers else ()
    return Artifact(journey="checkout", inputs=inputs, rows=Rows(file=file, id_column=id_column), steps=steps)


def source_map(**given: object) -> SourceMap:
    """A source map without positions, unless given."""
    return SourceMap(file="checkout.journey.yaml", source_digest="", **given)  # type: ignore[arg-type]


def read(data: str | bytes, *inputs: Input, file: str = "rows.csv", **more: str) -> bound.Rows:
    """The rows in this content."""
    content = data if isinstance(data, bytes) else data.encode()
    return read_rows(journey(*inputs, **more), source_map(), content, file)


def told(found: Diagnostic) -> str:
    """A diagnostic on one line: place, code, title, help."""
    place = f"{found.file}:{found.span.line}:{found.span.column}" if found.span else found.file
    return f"{place} {found.code} {found.title}" + (f" = {found.help}" if found.help else "")


def errors(rows: bound.Rows) -> list[str]:
    """What is wrong with rows that cannot be used, one line each."""
    assert not rows
    return [told(found) for found in rows.diagnostics if found.severity is Severity.ERROR]


def values(rows: bound.Rows) -> list[dict[str, object]]:
    """The values of rows that can be used."""
    assert not rows.has_errors, [told(found) for found in rows.diagnostics]
    return [dict(row.values) for row in rows]


class TestCsv:
    def test_columns_feed_inputs_of_their_types(self) -> None:
        """Cells become values of the declared types; header space and a byte order mark are ignored, cells are kept."""
        inputs = (
            SKU,
            QUANTITY,
            Input(name="price", type="number"),
            Input(name="gift", type="boolean"),
            Input(name="tags", type="array"),
            Input(name="to", type="object"),
        )
        data = (
            '\ufeff sku ,quantity, price,gift,tags,to\r\n A ,12,2.50,true,"[1, ""a""]","{""city"": ""Ulm""}"\r\n'
            "007,-1e0,3,false,[],{}\r\n"
        )
        rows = read(data.replace("-1e0", "1"), *inputs)
        assert values(rows) == [
            {"sku": " A ", "quantity": 12, "price": 2.5, "gift": True, "tags": [1, "a"], "to": {"city": "Ulm"}},
            {"sku": "007", "quantity": 1, "price": 3, "gift": False, "tags": [], "to": {}},
        ]
        assert [row.line for row in rows] == [2, 3]

    def test_quoted_cells_hold_line_ends_and_commas(self) -> None:
        """A quoted cell may span lines; the rows below it still know their lines, blank lines are no rows."""
        rows = read('sku,quantity\n"a\nb,""c""",1\n\nd,2\n', SKU, QUANTITY)
        assert [row.values["sku"] for row in rows] == ['a\nb,"c"', "d"]
        assert [row.line for row in rows] == [2, 5]

    def test_an_empty_cell_is_not_given(self) -> None:
        """An input's empty cell gives no value and is named; a column of the journey's own is an empty text."""
        rows = read("sku,quantity,note\nA,,\n", SKU, QUANTITY, refers="row.note == ''")
        assert values(rows) == [{"sku": "A", "note": ""}]
        assert rows[0].blanks == ("quantity", "note")

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ("", ["rows.csv:1:1 E604 the row file is empty = the first line names the columns, each line below it is a row"]),
            ("sku\n", ["rows.csv:1:1 E603 there are no rows = write at least one row, or take `rows` out of the journey"]),
            ("sku,,x\nA,B,C\n", ["rows.csv:1:5 E604 column 2 has no name = the first line names every column"]),
            ("sku, sku\nA,B\n", ["rows.csv:1:5 E605 two columns are named sku = rename one"]),
            ("sku;quantity\nA;1\n", ["rows.csv:1:1 E604 the header is one cell = cells are separated by commas"]),
            (
                "sku,quantity\nA,1,x\nB\n",
                [
                    "rows.csv:2:5 E606 this row has 3 cells, the header has 2 = put a cell that holds a comma in double quotes",
                    "rows.csv:3:1 E606 this row has 1 cell, the header has 2 = an empty cell still needs its comma",
                ],
            ),
            ('sku\n"A\n', ['rows.csv:2:1 E607 a quoted cell is not closed = close it with "']),
            (
                'sku,note\nA,"say "hello""\n',
                [
                    ("rows.csv:2:3 E607 text follows the quote that closes a cell = "
                    'inside a quoted cell a double quote is written twice: "say ""hello"""')
                ],
            ),
            (
                'sku,quantity\n"a\nb",many\nC, 1\nD,007\nE,0\n',
                [
                    "rows.csv:3:4 E610 quantity: 'many' is no integer",
                    "rows.csv:4:3 E610 quantity: ' 1' is no integer = take away the space around it: cells are taken as they are",
                    "rows.csv:5:3 E610 quantity: '007' is no integer = numbers have no leading zeros; declare the input as a string to keep them",
                    "rows.csv:6:3 E610 quantity: 0 is below the minimum 1",
                ],
            ),
            (
                "id,sku\na,1\nb,2\na,3\n,4\n",
                ["rows.csv:4:1 E611 two rows have the id 'a' = ids are unique: they name a row when an interrupted run resumes", "rows.csv:5:1 E612 this row has no id = fill in id: it names the row in reports and when a run resumes"],
            ),
            ("id,sku\na,1\n,2\n", ["rows.csv:3:1 E612 this row has no id = fill in id: it names the row in reports and when a run resumes"]),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_told_with_its_place(self, data: str, expected: list[str]) -> None:
        """Each fault of a CSV file is an error with line, column and advice, and leaves no rows."""
        assert errors(read(data, SKU, QUANTITY)) == expected

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ("sku\nA\n".encode("utf-16"), "rows.csv:1:1 E601 the file is UTF-16 = save it as UTF-8"),
            (b"\xef\xbb\xbfsku\nA\xc3\xa4\xe4\n", "rows.csv:2:3 E601 byte 0xe4 is no UTF-8 = save the file as UTF-8"),
            (b"sku\nAB\0\n", "rows.csv:2:3 E601 the file holds a NUL byte = take it away"),
        ],
    )
    def test_what_is_no_text_is_refused(self, data: bytes, expected: str) -> None:
        """Other encodings and NUL bytes are told with line and column, never read as something else."""
        assert errors(read(data, SKU)) == [expected]

    def test_many_bad_cells_are_counted(self) -> None:
        """Twenty faults of a kind are told, the rest is a number."""
        rows = read("sku,quantity\n" + "A,x\n" * 20_000, SKU, QUANTITY)
        assert len(rows.diagnostics) == 21
        assert told(rows.diagnostics[-1]) == "rows.csv E610 and 19980 more of these"

    @given(
        st.lists(
            st.tuples(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.integers(1)),
            min_size=1,
        )
    )
    def test_what_is_written_is_read(self, pairs: list[tuple[str, int]]) -> None:
        """Whatever text a quoted cell holds, it is read back as it was written, and every id is unique and printable."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerows([("sku", "quantity"), *pairs])
        rows = read(out.getvalue().encode(), SKU, QUANTITY)
        assert [(row.values.get("sku", ""), row.values["quantity"]) for row in rows] == pairs
        assert len(set(rows.ids)) == len(pairs)
        assert all(text and text.isprintable() and len(text) <= 120 for text in rows.ids)
        assert len({(row.key, row.repeat) for row in rows}) == len(pairs)


class TestJson:
    @pytest.mark.parametrize(
        ("file", "data"),
        [
            ("rows.json", '[{"sku": "A", "quantity": 2.0},\n {"sku": "B", "quantity": 3}]'),
            ("rows.jsonl", '{"sku": "A", "quantity": 2.0}\n{"sku": "B", "quantity": 3}\n'),
            ("rows.YAML", "- {sku: A, quantity: 2.0}\n- {sku: B, quantity: 3}\n"),
        ],
    )
    def test_every_format_gives_the_same_rows(self, file: str, data: str) -> None:
        """JSON, JSON lines and YAML: one meaning, lines known."""
        rows = read(data, SKU, QUANTITY, file=file)
        assert values(rows) == [{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 3}]
        assert type(rows[0].values["quantity"]) is int
        assert [row.line for row in rows] == [1, 2]
        assert list(rows.ids) == ["A-2.0", "B-3"]

    def test_a_yaml_value_that_does_not_fit_names_its_place(self) -> None:
        """Block or flow, the column is the value's."""
        data = "# rows\n- sku: A\n  quantity: many\n- {quantity: 0, sku: B}\n- {sku: C}\n- 5\n"
        assert errors(read(data.removesuffix("- 5\n"), SKU, QUANTITY, file="r.yaml")) == [
            "r.yaml:3:13 E610 quantity: 'many' is not an integer",
            "r.yaml:4:14 E610 quantity: 0 is below the minimum 1",
        ]
        assert errors(read(data, SKU, file="r.yaml")) == ["r.yaml:6:3 E609 a row is a mapping, this is an integer"]
        assert errors(read("sku: A\n", SKU, file="r.yaml")) == [
            "r.yaml:1:1 E609 the row file holds no list = rows are a list of mappings: - {sku: A-100}"
        ]

    def test_inline_rows_travel_in_the_source_map(self) -> None:
        """Rows written in the journey are bound like any others and know their lines."""
        artifact = journey(SKU, QUANTITY, file=None)
        inline = ({"sku": "A", "quantity": 1}, {"sku": "B", "quantity": "x"})
        good = read_rows(artifact, source_map(rows=inline[:1], row_lines=(4,)), None, "")
        assert [(row.id, row.line, row.values) for row in good] == [("A-1", 4, {"sku": "A", "quantity": 1})]
        text = "  - {sku: B, quantity: x}"
        kept = read_rows(artifact, source_map(rows=inline, row_lines=(4, 5), lines={"5": text}), None, "")
        assert errors(kept) == ["checkout.journey.yaml:5:24 E610 quantity: 'x' is not an integer"]
        assert kept.diagnostics[0].excerpt == text
        rows = read_rows(artifact, source_map(rows=inline, row_lines=(4, 5)), None, "")
        assert errors(rows) == ["checkout.journey.yaml:5:1 E610 quantity: 'x' is not an integer"]

    @pytest.mark.parametrize(
        ("file", "data", "expected"),
        [
            ("r.json", '{"sku": "A"}', ['r.json:1:1 E609 the row file holds no list = rows are a list of objects: [{"sku": "A-100"}, {"sku": "A-200"}]']),
            ("r.json", "[]", ["r.json:1:1 E603 there are no rows = write at least one row, or take `rows` out of the journey"]),
            ("r.json", '[{"sku": "A"},\n 5]', ['r.json:2:2 E609 a row is an object, this is an integer = rows are a list of objects: [{"sku": "A-100"}, {"sku": "A-200"}]']),
            ("r.json", '[{"sku": "A"},\n {"sku" "B"}]', ["r.json:2:9 E608 not JSON: expecting ':' delimiter"]),
            ("r.json", '[{"sku": "A"}\n {"sku": "B"}]', ["r.json:2:2 E608 a comma or ] is missing after a row"]),
            ("r.json", '[{"sku": "A"}', ["r.json:1:14 E608 a comma or ] is missing after a row"]),
            ("r.json", '[{"sku": "A"}] x', ["r.json:1:16 E608 something stands behind the list of rows"]),
            ("r.json", '[{"sku": "A", "sku": "B"}]', ['r.json:1:2 E608 not JSON: one object holds the name "sku" twice']),
            ("r.json", '[{"quantity": NaN}]', ["r.json:1:2 E608 not JSON: NaN is no JSON number"]),
            ("r.json", '[{"sku": null}]', ["r.json:1:10 E610 sku: null is not a text"]),
            ("r.json", '[{"sku": ' + "[" * 200 + "]" * 200 + "}]", ["r.json:1:2 E608 nested more than 64 levels deep"]),
            ("r.json", '[{"sku": ' + "[" * 200_000 + "}]", ["r.json:1:2 E608 not JSON: nested too deep to be read"]),
            ("r.json", '[{"sku": 5}]', ["r.json:1:10 E610 sku: 5 is not a text = put it in quotes"]),
            (
                "r.jsonl",
                '{"sku": "A"}\n\n{"sku": "B"} x\n{"sku":\n"C"}\n{"sku": "D"}\n{"quantity": 1e999}\n',
                [
                    "r.jsonl:3:14 E608 not JSON: something stands behind the row",
                    "r.jsonl:4:1 E608 not JSON: the row goes on below: each line is a whole row",
                    "r.jsonl:5:4 E608 not JSON: something stands behind the row",
                    "r.jsonl:7:1 E608 not JSON: the number 1e999 is outside the float range",
                ],
            ),
            ("r.xlsx", "", ["r.xlsx E617 rows cannot be read from a .xlsx = a row file is .csv, .json, .jsonl or .yaml"]),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_told_with_its_place(self, file: str, data: str, expected: list[str]) -> None:
        """Each fault of a JSON file is an error with line, column and advice, and leaves no rows."""
        assert errors(read(data, SKU, QUANTITY, file=file)) == expected

    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    )

    @given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), json_values), min_size=1), st.booleans())
    def test_what_is_written_is_read(self, written: list[dict[str, object]], as_lines: bool) -> None:
        """Whatever JSON a row holds, it is read back as it was written, and every id is unique and printable."""
        data = "\n".join(map(json.dumps, written)) if as_lines else json.dumps(written)
        rows = read(data, file="r.jsonl" if as_lines else "r.json")
        assert values(rows) == written
        assert len(set(rows.ids)) == len(written)
        assert all(text and text.isprintable() for text in rows.ids)
        assert len({(row.key, row.repeat) for row in rows}) == len(written)


class TestColumns:
    def test_a_column_that_nothing_uses_is_a_warning(self) -> None:
        """A misspelt column is told with the input that was meant, and the rows can still be used."""
        rows = read("sku,quantiy,note\nA,1,x\n", SKU, QUANTITY, refers="row.note == 'x'")
        assert len(rows) == 1
        assert [(told(found), found.severity) for found in rows.diagnostics] == [
            ("rows.csv:1:5 E614 nothing uses the column quantiy = did you mean the input quantity?", Severity.WARNING)
        ]

    def test_a_reference_to_no_column_is_an_error(self) -> None:
        """`row.x` without a column x is told before traffic, unless `default` takes it."""
        assert errors(read("sku,color\nA,red\n", SKU, refers="row.colour == row.color")) == [
            "rows.csv:1:1 E615 the journey refers to row.colour, but there is no column colour = did you mean color?"
        ]
        assert len(read("sku\nA\n", SKU, refers="default(row.colour, 'red') == 'red'")) == 1

    def test_references_are_found_everywhere(self) -> None:
        """A reference inside a template counts; one inside literal data does not."""
        artifact = Artifact(
            journey="j",
            inputs=(Input(name="sku", type="string", default=Reference("row.color")),),
            variables=(Variable(name="x", value=Literal({"reference": "row.size", "when": "row.size"})),),
            presets={"p": {"sku": {"reference": "row.size"}}},
            rows=Rows(file="r.csv"),
        )
        rows = read_rows(artifact, source_map(), b"color,size\nred,5\n", "r.csv")
        assert [found.title for found in rows.diagnostics] == ["nothing uses the column size"]

    def test_a_secret_column_takes_no_part_in_ids_keys_and_texts(self) -> None:
        """Changing a secret changes neither id nor key; a bad one is told without its value, lines are not shown."""
        secret = Input(name="password", type="string", is_secret=True, schema={"pattern": "^x"})
        one = read("sku,password\nA,x1\n", SKU, secret)
        two = read("sku,password\nA,x2\n", SKU, secret)
        assert (one.ids, one[0].key) == (two.ids, two[0].key) == (["A"], one.key(0))
        bad = read("sku,password\nA,hunter2\n", SKU, secret)
        assert errors(bad) == ["rows.csv:2:3 E610 password: the value does not match ^x"]
        assert "hunter2" not in repr(bad)
        for data in ("- {password: [hunter2}\n", "- password: hunter2\n  password: hunter2\n", "- hunter2\n"):
            broken = read(data, SKU, secret, file="r.yaml")
            assert broken.has_errors
            assert "hunter2" not in repr(broken)

    def test_a_null_is_no_secret(self) -> None:
        """An optional secret input that a row gives as null is not given."""
        secret = Input(name="password", type="string", is_secret=True, is_optional=True)
        rows = read('[{"password": null}, {"password": "hunter22"}]', secret, file="r.json")
        assert (rows[0].values, rows[0].secrets) == ({"password": None}, {})
        assert rows[1].values == {}
        assert rows[1].secrets["password"].reveal() == "hunter22"

    def test_a_secret_column_is_no_row_value(self) -> None:
        """A secret input's column is reached as an input only."""
        secret = Input(name="password", type="string", is_secret=True)
        assert errors(read("sku,password\nA,x\n", SKU, secret, refers="row.password == 'x'")) == [
            "rows.csv:1:1 E616 row.password is a secret input = write inputs.password"
        ]


class TestIdsAndKeys:
    def test_the_id_column_names_the_row(self) -> None:
        """A column `id`, or the one that `rows` names, is id and key; an input `id` is an input."""
        by_id = read("id,sku\nblue-shirt,A\n", SKU)
        assert (by_id[0].id, by_id[0].key, by_id[0].values) == (
            "blue-shirt",
            "blue-shirt",
            {"id": "blue-shirt", "sku": "A"},
        )
        assert read("code,sku\nX,A\n", SKU, id_column="code")[0].key == "X"
        with_input = read("id,sku\n5,A\n", SKU, Input(name="id", type="integer"))
        assert (with_input[0].id, with_input[0].values["id"]) == ("5-A", 5)
        assert len(with_input[0].key) == 32

    def test_the_named_id_column_must_be_there(self) -> None:
        """A misspelt id column is told with the right one."""
        assert errors(read("code,sku\nX,A\n", SKU, id_column="kode")) == [
            "rows.csv:1:1 E613 there is no column kode, which is to name the rows = did you mean code?"
        ]

    def test_a_key_is_no_position(self) -> None:
        """Rows keep key and id when others are put before them; the order of columns and empty ones are no difference."""
        before = read("sku,quantity\nA,1\nB,2\n", SKU, QUANTITY)
        after = read("quantity,note,sku\n9,,C\n2,,B\n1,,A\n", SKU, QUANTITY)
        assert [row.key for row in before] == [after[2].key, after[1].key]
        assert before.ids == ["A-1", "B-2"]

    def test_equal_rows_get_a_repeat_index(self) -> None:
        """Equal rows share a key and are told apart by a count; rows that only look alike have ids of their own."""
        rows = read("sku,note\na,\na,\na-2,\na,b\na-b,\n", SKU, refers="row.note")
        assert [(row.key == rows[0].key, row.repeat) for row in rows][:2] == [(True, 0), (True, 1)]
        assert rows.ids[:3] == ["a", "a-3", "a-2"]
        assert rows.ids[3].startswith("a-b-")
        assert rows.ids[4].startswith("a-b-")
        assert len(set(rows.ids)) == 5

    def test_ids_are_printable_and_not_endless(self) -> None:
        """Control characters are escaped, long ids are cut with a digest; brackets and colons stay."""
        rows = read('sku\n"a\n\x1b[31m"\n' + "x" * 500 + "\n" + "x" * 501 + "\na::b[c]\n", SKU)
        assert rows.ids[0] == r"a\n\x1b[31m"
        assert rows.ids[1] == "x" * 71 + "-" + rows.ids[1][-8:]
        assert rows.ids[1] != rows.ids[2]
        assert rows.ids[3] == "a::b[c]"


def test_a_missing_file_is_told_at_the_journey() -> None:
    """The diagnostic stands where the journey names the file."""
    where = source_map(positions={"rows": (7, 7, 7, 15)}, lines={"7": "rows: rows.csv"})
    rows = read_rows(journey(SKU), where, None, "rows.csv")
    assert errors(rows) == [
        "checkout.journey.yaml:7:7 E602 the row file rows.csv is not there = the path is relative to the journey's file"
    ]
    assert rows.diagnostics[0].excerpt == "rows: rows.csv"
