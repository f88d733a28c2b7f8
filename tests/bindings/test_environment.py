import pytest

from pytest_journeys.artifact.model import Artifact, Step
from pytest_journeys.bindings.environment import Environment, read_environment, unknown_environment
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.json import JsonValue


def journey(*names: str, when: str = "true") -> Artifact:
    """A journey that refers to these environment values."""
    return Artifact(journey="checkout", environment=names, steps=(Step(path="ask", when=when),))


def local(values: dict[str, JsonValue], **variables: str) -> Environment:
    """The environment `local` with these values in its file and these OS variables."""
    return Environment(name="local", file="environments/local.yaml", values=values, variables=variables)


class TestFile:
    def test_a_mapping_of_names_to_values(self) -> None:
        """A YAML mapping, nested ones included; an empty file has no values."""
        found, diagnostics = read_environment(b"shop_url: http://x\nshop: {port: 80}\n", "environments/local.yaml")
        assert (found, diagnostics) == ({"shop_url": "http://x", "shop": {"port": 80}}, ())
        assert read_environment(b"# nothing yet\n", "e.yaml") == ({}, ())

    @pytest.mark.parametrize(
        ("data", "code", "title"),
        [
            (b"- a\n", "E620", "the environment file holds no mapping"),
            (b"a\0b", "E601", "the file holds a NUL byte"),
        ],
    )
    def test_what_is_no_mapping_is_told(self, data: bytes, code: str, title: str) -> None:
        """With file and place."""
        found, diagnostics = read_environment(data, "environments/local.yaml")
        assert found == {}
        assert [(one.code, one.title, one.file) for one in diagnostics] == [(code, title, "environments/local.yaml")]
        assert diagnostics[0].span is not None

    def test_broken_yaml_is_told(self) -> None:
        """The reader's own diagnostics are passed on."""
        found, diagnostics = read_environment(b"a: [1\n", "environments/local.yaml")
        assert found == {}
        assert diagnostics

    def test_an_unknown_environment_names_the_right_one(self) -> None:
        """The nearest name, else all of them, else what to write."""
        assert str(unknown_environment("locl", ["staging", "local"], "environments")) == (
            "there is no environment locl: environments/locl.yaml is not there\n  = help: did you mean local?"
        )
        assert unknown_environment("x", ["staging", "local"], "environments").help == (
            "known are local, staging; or write environments/x.yaml"
        )
        assert unknown_environment("x", [], "environments").help == "write environments/x.yaml"


class TestPrecedence:
    def test_fixture_over_variable_over_file(self) -> None:
        """One order, merged key by key at every depth; only what the journey refers to is given."""
        environment = local(
            {
                "a": "file",
                "b": "file",
                "c": "file",
                "shop": {"url": "file", "key": "file", "port": 80, "tls": {"on": True, "ca": "x"}},
                "x": 1,
            },
            JOURNEYS_ENV_B="variable",
            JOURNEYS_ENV_C="variable",
            JOURNEYS_ENV_SHOP_KEY="variable",
        ).with_fixture({"c": "fixture", "shop": {"url": "fixture", "tls": {"ca": "y"}}, "d": (1, 2)})
        assert environment.values_for(journey("a", "b", "c", "d", "shop")) == {
            "a": "file",
            "b": "variable",
            "c": "fixture",
            "d": [1, 2],
            "shop": {"url": "fixture", "key": "variable", "port": 80, "tls": {"on": True, "ca": "y"}},
        }
        assert [environment.origin(name) for name in ("a", "b", "c", "nowhere")] == [
            "environments/local.yaml",
            "JOURNEYS_ENV_B",
            "journeys_environment",
            "",
        ]

    def test_a_variable_has_the_type_of_what_it_replaces(self) -> None:
        """Text, unless the file has a number, a boolean, a list: then that, or an error."""
        variables = {"JOURNEYS_ENV_PORT": "8080", "JOURNEYS_ENV_DEBUG": "true", "JOURNEYS_ENV_NEW_ONE": "5"}
        environment = local({"port": 80, "debug": False, "new-one": None}, **variables)
        assert environment.values_for(journey("debug", "new-one", "port")) == {
            "port": 8080,
            "debug": True,
            "new-one": "5",
        }
        with pytest.raises(SetupError) as caught:
            local({"port": 80}, JOURNEYS_ENV_PORT="http").values_for(journey("port"))
        assert str(caught.value) == (
            "JOURNEYS_ENV_PORT: 'http' is no integer\n  = help: environments/local.yaml has port as integer"
        )

    def test_a_variable_that_could_mean_two_values(self) -> None:
        """Which one is meant cannot be known; while it is not set nothing is wrong."""
        values: dict[str, JsonValue] = {"shop_url": "a", "shop": {"url": "b"}}
        assert local(values).values_for(journey("shop_url")) == {"shop_url": "a"}
        with pytest.raises(SetupError) as caught:
            local(values, JOURNEYS_ENV_SHOP_URL="x").values_for(journey("shop_url"))
        assert str(caught.value) == (
            "JOURNEYS_ENV_SHOP_URL could mean shop.url or shop_url\n  = help: rename one of them in the environment"
        )

    def test_a_fixture_returns_a_mapping(self) -> None:
        """Anything else is an error of setup that names the fixture."""
        with pytest.raises(SetupError, match=r"^the fixture journeys_environment returned a str\n"):
            Environment().with_fixture("http://x")


class TestMissing:
    @pytest.mark.parametrize(
        ("environment", "names", "expected"),
        [
            (
                local({"shop_url": "x"}),
                ("shop_ulr",),
                "env.shop_ulr has no value in the environment local\n  = help: did you mean env.shop_url?",
            ),
            (
                local({"shop_url": "x"}, JOURNEYS_ENV_PAY_ULR="y"),
                ("key", "pay_url"),
                (
                    "env.key and env.pay_url have no value in the environment local; it has shop_url\n  = help: define key "
                    "in environments/local.yaml, in the OS variable JOURNEYS_ENV_KEY, or in a journeys_environment fixture"
                ),
            ),
            (
                local({}, JOURNEYS_ENV_PAY_ULR="y"),
                ("pay_url",),
                (
                    "env.pay_url has no value in the environment local\n"
                    "  = help: JOURNEYS_ENV_PAY_ULR is set; did you mean JOURNEYS_ENV_PAY_URL?"
                ),
            ),
            (
                Environment(),
                ("shop_url",),
                (
                    "env.shop_url has no value and no environment is chosen\n  = help: define shop_url in a file that "
                    "--journeys-env names, in the OS variable JOURNEYS_ENV_SHOP_URL, or in a journeys_environment fixture"
                ),
            ),
        ],
    )
    def test_every_missing_value_is_named(
        self, environment: Environment, names: tuple[str, ...], expected: str
    ) -> None:
        """With the name that was meant, or the ways to define it."""
        with pytest.raises(SetupError) as caught:
            environment.values_for(journey(*names))
        assert str(caught.value) == expected

    def test_default_takes_a_missing_value(self) -> None:
        """`default(env.x, ...)` can do without; `env.x` anywhere else cannot."""
        assert Environment().values_for(journey("x", when="default(env.x, 1) == 1")) == {}
        with pytest.raises(SetupError):
            Environment().values_for(journey("x", when="default(env.x, 1) == env.x"))
