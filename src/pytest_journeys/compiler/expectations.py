"""What an answer must be like: literals and mappings of operators become operators with operands."""

from collections.abc import Mapping, Sequence

from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.scope import Scope
from pytest_journeys.compiler.subjects import Subject, in_milliseconds, status_class, unfit, unfit_operand
from pytest_journeys.compiler.templates import Lowered, is_reference, joined, list_of, literal, plain_data
from pytest_journeys.expressions.operand_checks import check_operator
from pytest_journeys.expressions.operators import OperandKind
from pytest_journeys.expressions.template import Condition, Expect, ListOf, ObjectOf
from pytest_journeys.language.words import LATER
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue


@fact
class Operation:
    """One operator with its operand, and where the operand was written."""

    operator: str
    operand: Lowered
    place: Place


class Expectations:
    """Reads expectations of one subject at one place of a journey."""

    def __init__(self, context: Context, scope: Scope) -> None:
        self._context = context
        self._scope = scope

    def read(self, value: JsonValue, place: Place, subject: Subject) -> list[Operation]:
        """An expectation: a literal or reference (equality), or a mapping of operators."""
        if isinstance(value, Mapping):
            return self._operators(value, place, subject)
        if subject is Subject.STATUS and isinstance(value, Sequence) and not isinstance(value, str):
            return [self._status_list(value, place)]
        return [self._literal(value, place, subject)]

    def as_template(self, value: JsonValue, place: Place, subject: Subject) -> Lowered:
        """An expectation inside another one."""
        found = self.read(value, place, subject)
        expect = Expect(tuple(Condition(one.operator, one.operand.template) for one in found))
        return joined(expect, [one.operand for one in found])

    def _literal(self, value: JsonValue, place: Place, subject: Subject) -> Operation:
        if subject is Subject.STATUS and (bounds := status_class(value)):
            return Operation(operator="between", operand=literal(list(bounds)), place=place)
        if not is_reference(value):
            self._refuse_unfit(value, place, subject)
        return Operation(operator="equals", operand=self._context.value(value, place, self._scope), place=place)

    def _refuse_unfit(self, value: JsonValue, place: Place, subject: Subject) -> None:
        if subject is Subject.DURATION:
            self._context.findings.add(
                codes.NEVER_HOLDS,
                "a duration is never exactly what was written",
                place,
                help="write a bound: {less_than: 500ms}",
            )
        elif wrong := unfit(value, subject):
            self._context.findings.add(codes.NEVER_HOLDS, wrong.title, place, help=wrong.help)

    def _operators(self, value: Mapping[str, JsonValue], place: Place, subject: Subject) -> list[Operation]:
        if not value:
            self._context.findings.add(
                codes.UNKNOWN_OPERATOR,
                "an expectation without operators expects nothing",
                place,
                help="an empty object is {equals: {}}",
            )
        known = [name for name in value if self._context.registry.operator(name)]
        found: list[Operation] = []
        for name, operand in value.items():
            if name in known:
                found.append(self._operation(name, operand, place.at(name), subject))
            else:
                self._refuse_operator(name, place.at(name), has_others=bool(known))
        return found

    def _refuse_operator(self, name: str, place: Place, *, has_others: bool) -> None:
        if name in LATER["operator"]:
            title, advice = f"`{name}` is not in this version", LATER["operator"][name]
            self._context.findings.add(codes.LATER, title, place, on_key=True, help=advice)
            return
        near = self._context.registry.nearest_operator(name)
        if near is not None:
            advice = f"did you mean {near}?"
        elif name == "as":
            advice = "as stands at the top of an expectation, beside other operators"
        else:
            advice = "an object to compare with stands under equals or like"
        self._context.findings.add(
            codes.UNKNOWN_OPERATOR, f"there is no operator {name}", place, on_key=True, label="unknown", help=advice
        )

    def _operation(self, name: str, operand: JsonValue, place: Place, subject: Subject) -> Operation:
        operator = self._context.registry.operators[name]
        match operator.takes:
            case OperandKind.EXPECTATION:
                return Operation(operator=name, operand=self.as_template(operand, place, subject), place=place)
            case OperandKind.EXPECTATIONS:
                return self._any_of(name, operand, place, subject)
            case OperandKind.VALUE_OR_EXPECTATION if isinstance(operand, Mapping):
                return Operation(operator=name, operand=self.as_template(operand, place, Subject.LENGTH), place=place)
            case OperandKind.DATA:
                if name == "equals" and subject is not Subject.JSON and subject is not Subject.DURATION:
                    return self._literal(operand, place, subject)
                if subject is Subject.DURATION:
                    return self._value(name, operand, place, subject)
                return self._checked(name, self._data(operand, place), place)
            case _:
                return self._value(name, operand, place, subject)

    def _any_of(self, name: str, operand: JsonValue, place: Place, subject: Subject) -> Operation:
        if not isinstance(operand, Sequence) or isinstance(operand, str) or not operand:
            self._context.findings.add(
                codes.WRONG_OPERAND,
                f"{name} takes a list of expectations",
                place,
                help="write any_of: [EXPECTATION, ...]",
            )
            return Operation(operator=name, operand=literal(None), place=place)
        items = [self.as_template(item, place.at(index), subject) for index, item in enumerate(operand)]
        template = ListOf(tuple(item.template for item in items))
        return Operation(operator=name, operand=joined(template, items), place=place)

    def _status_list(self, value: Sequence[JsonValue], place: Place) -> Operation:
        if any(status_class(item) or isinstance(item, (str, Mapping)) for item in value) or not value:
            return self._any_of("any_of", value, place, Subject.STATUS)
        for index, item in enumerate(value):
            self._refuse_unfit(item, place.at(index), Subject.STATUS)
        return Operation(operator="one_of", operand=literal(list(value)), place=place)

    def _value(self, name: str, operand: JsonValue, place: Place, subject: Subject) -> Operation:
        if name == "equals_file" and isinstance(operand, str) and "${{" not in operand:
            return self._inlined(operand, place, subject)
        if subject is Subject.DURATION:
            try:
                operand = in_milliseconds(operand)
            except ValueError as error:
                self._context.findings.add(codes.WRONG_OPERAND, f"{name}: {error}", place)
        if wrong := unfit_operand(name, operand, subject):
            self._context.findings.add(codes.NEVER_HOLDS, wrong.title, place, help=wrong.help)
        return self._checked(name, self._context.value(operand, place, self._scope), place)

    def _inlined(self, path: str, place: Place, subject: Subject) -> Operation:
        """A file to compare with becomes part of the artifact: its value under ``json``, elsewhere the digest of its bytes."""
        if subject is Subject.JSON:
            return Operation(operator="equals", operand=plain_data(self._context.json_of(path, place)), place=place)
        data = self._context.bytes_of(path, place) or b""
        return Operation(operator="sha256", operand=literal(digest_of_bytes(data)), place=place)

    def _checked(self, name: str, operand: Lowered, place: Place) -> Operation:
        wrong = check_operator(name, operand.template)
        if wrong is not None:
            self._context.findings.add(codes.WRONG_OPERAND, f"{name}: {wrong}", place)
        return Operation(operator=name, operand=operand, place=place)

    def _data(self, value: JsonValue, place: Place) -> Lowered:
        """Data, inside which a mapping whose keys are all ``$`` and an operator is an expectation."""
        if isinstance(value, Mapping) and value:
            if self._is_expectation(value, place):
                inner = {name[1:]: operand for name, operand in value.items()}
                return self._with_dollars(inner, place)
            for name in value:
                self._context.expressions.key(name, place.at(name))
            members = [(name, self._data(member, place.at(name))) for name, member in value.items()]
            template = ObjectOf(tuple((name, member.template) for name, member in members))
            return joined(template, [member for _, member in members])
        if isinstance(value, Sequence) and not isinstance(value, str):
            items = [self._data(item, place.at(index)) for index, item in enumerate(value)]
            return joined(list_of(items), items)
        return self._context.value(value, place, self._scope)

    def _is_expectation(self, value: Mapping[str, JsonValue], place: Place) -> bool:
        if not all(name.startswith("$") for name in value):
            return False
        known = [name for name in value if self._context.registry.operator(name[1:])]
        for name in value:
            near = self._context.registry.nearest_operator(name[1:])
            if name not in known and (known or near):
                self._context.findings.add(
                    codes.UNKNOWN_OPERATOR,
                    f"there is no operator {name}",
                    place.at(name),
                    on_key=True,
                    help=f"did you mean ${near}?" if near else "operators and data do not mix in one mapping",
                )
        return bool(known)

    def _with_dollars(self, operators: Mapping[str, JsonValue], place: Place) -> Lowered:
        found = [
            self._operation(name, operand, place.at(f"${name}"), Subject.JSON)
            for name, operand in operators.items()
            if self._context.registry.operator(name)
        ]
        expect = Expect(tuple(Condition(one.operator, one.operand.template) for one in found))
        return joined(expect, [one.operand for one in found])
