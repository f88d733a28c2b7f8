"""The codes of what a run is given: row files, columns, cells, inputs, environment files."""

from typing import Final

from pytest_journeys.values.code import Code

_JOURNEY: Final = "inputs:\n  sku: {type: string}\n  quantity: {type: integer}\nrows: rows.csv\n"

CODES: Final = (
    Code(
        code="E601",
        title="a file is not UTF-8 text",
        meaning="Row and environment files are UTF-8 text, with or without a byte order mark. UTF-16, other encodings "
        "and NUL bytes are refused instead of being read as something else.",
        bad="a CSV file that a spreadsheet saved as Unicode (UTF-16)",
        good="the same file saved as CSV UTF-8",
    ),
    Code(
        code="E602",
        title="a row file is not there or too large",
        meaning="The path under `rows` is relative to the journey's file. Every worker holds the rows of a file, so "
        "there is a limit to its size.",
        bad="rows: row/checkout.csv",
        good="rows: rows/checkout.csv",
    ),
    Code(
        code="E603",
        title="there are no rows",
        meaning="A journey with `rows` runs once for each of them. Without any it would pass without having run.",
        bad="sku,quantity\n",
        good="sku,quantity\nA-100,1\n",
    ),
    Code(
        code="E604",
        title="the header of a CSV file is missing or incomplete",
        meaning="The first line of a CSV file names every column. Space around the names is ignored; cells are "
        "separated by commas.",
        bad="sku;quantity\nA-100;1\n",
        good="sku,quantity\nA-100,1\n",
    ),
    Code(
        code="E605",
        title="two columns have one name",
        meaning="A column feeds the input of its name, so a name stands in the header once.",
        bad="sku,sku\nA-100,A-200\n",
        good="sku,other_sku\nA-100,A-200\n",
    ),
    Code(
        code="E606",
        title="a row has more or fewer cells than the header",
        meaning="Every row has a cell for every column; an empty one is not given. Mostly a comma inside a cell lacks "
        "its quotes.",
        bad="sku,note\nA-100,large, blue\n",
        good='sku,note\nA-100,"large, blue"\n',
    ),
    Code(
        code="E607",
        title="a quoted cell is not well formed",
        meaning="A cell that begins with a double quote ends with one, and a double quote inside it is written twice.",
        bad='sku,note\nA-100,"say "hello""\n',
        good='sku,note\nA-100,"say ""hello"""\n',
    ),
    Code(
        code="E608",
        title="a row file is not JSON",
        meaning="A .json file is one list of objects, a .jsonl file has one object on each line. NaN, infinity and "
        "names that stand twice in an object are refused.",
        bad='[{"sku": "A-100",}]',
        good='[{"sku": "A-100"}]',
    ),
    Code(
        code="E609",
        title="a row is not an object",
        meaning="Rows are a list, each of them an object (in YAML a mapping) of columns to values.",
        bad='["A-100", "A-200"]',
        good='[{"sku": "A-100"}, {"sku": "A-200"}]',
    ),
    Code(
        code="E610",
        title="a value does not fit its input",
        meaning="The values of rows are checked against the type and the limits that the input declares. In "
        "CSV a boolean is `true` or `false`, a list or an object is JSON, and a number stands without space around it.",
        bad="sku,quantity\nA-100,many\n",
        good="sku,quantity\nA-100,12\n",
    ),
    Code(
        code="E611",
        title="two rows have one id",
        meaning="The id names a row in every report and when an interrupted run resumes, so it is unique.",
        bad="id,sku\nshirt,A-100\nshirt,A-200\n",
        good="id,sku\nshirt,A-100\nblue-shirt,A-200\n",
    ),
    Code(
        code="E612",
        title="a row has no id",
        meaning="When a column names the rows, each row has a text or an integer in it.",
        bad="id,sku\nshirt,A-100\n,A-200\n",
        good="id,sku\nshirt,A-100\nblue-shirt,A-200\n",
    ),
    Code(
        code="E613",
        title="the id column cannot name the rows",
        meaning="`rows: {from:, id: COLUMN}` names a column that is there and is no secret input: ids are shown.",
        bad="rows: {from: rows.csv, id: kode}",
        good="rows: {from: rows.csv, id: code}",
    ),
    Code(
        code="E614",
        title="nothing uses a column",
        meaning="A warning. A column feeds the input of its name or is read as `row.NAME`; one that does neither is "
        "mostly misspelt.",
        bad="sku,quantiy\nA-100,12\n",
        good="sku,quantity\nA-100,12\n",
    ),
    Code(
        code="E615",
        title="the journey refers to a column that is not there",
        meaning="`row.NAME` is a column of the rows. Inside `default(row.NAME, ...)` it may be missing.",
        bad="${{ row.colour }} with the columns sku, color",
        good="${{ row.color }}",
    ),
    Code(
        code="E616",
        title="a secret column is read as row.NAME",
        meaning="A column that feeds a secret input is a secret: it is reached as an input only.",
        bad="${{ row.password }}",
        good="${{ inputs.password }}",
    ),
    Code(
        code="E617",
        title="an unknown kind of row file",
        meaning="Row files are .csv, .json, .jsonl (or .ndjson) and .yaml (or .yml).",
        bad="rows: rows.xlsx",
        good="rows: rows.csv",
    ),
    Code(
        code="E618",
        title="an input has no value",
        meaning="An input without a default is given by a row, by --journeys-input, or by a preset; `optional: true` "
        "makes it null when it is not given. An empty CSV cell is not given.",
        bad=_JOURNEY + "\n# rows.csv\nsku,quantity\nA-100,\n",
        good=_JOURNEY + "\n# rows.csv\nsku,quantity\nA-100,1\n",
    ),
    Code(
        code="E620",
        title="an environment file is not a mapping",
        meaning="An environment file maps names to values; mappings inside it are reached with dots: env.shop.url.",
        bad="- shop_url: http://127.0.0.1:8000",
        good="shop_url: http://127.0.0.1:8000",
    ),
)
"""Every code of this room, in order."""
