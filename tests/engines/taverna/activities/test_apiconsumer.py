"""Methods of Java's own classes, in a real JVM."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from taverna_server.data.values import Value, make_list
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    RunContext,
)
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.workflow.model import Activity, Bean

from .conftest import bound, new_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunContext]:
    run = new_run(tmp_path_factory.mktemp("run"))
    yield run
    run.close()


def config(method: str, parameters: str = "", returns: str = "void", kind: str = "") -> Bean:
    """``class#method``; types with ``[]``; parameters are called a, b, c."""
    class_name, _, name = method.partition("#")
    types = [(t.replace("[]", ""), t.count("[]")) for t in parameters.split()]

    def listed(tag: str, element: str, texts: list[str]) -> Bean:
        return Bean(tag, children=tuple(Bean(element, text) for text in texts))

    return Bean(
        "bean",
        children=(
            Bean("className", class_name),
            Bean("methodName", name),
            listed("parameterNames", "string", list("abc"[: len(types)])),
            listed("parameterTypes", "string", [t for t, _ in types]),
            listed("parameterDimensions", "int", [str(d) for _, d in types]),
            Bean("returnType", returns.replace("[]", "")),
            Bean("returnDimension", str(returns.count("[]"))),
            Bean("isMethodStatic", str(kind == "static").lower()),
            Bean("isMethodConstructor", str(kind == "constructor").lower()),
        ),
    )


def method(run: RunContext, *words: str) -> BoundActivity:
    return bound(run, "apiconsumer", config(*words))


@pytest.mark.parametrize(
    ("name", "parameters", "returns", "values", "expected"),
    [
        ("java.lang.Math#max", "int int", "int", {"a": "2", "b": b"10"}, "10"),
        ("java.lang.Math#sqrt", "double", "double", {"a": "9"}, "3.0"),
        ("java.lang.String#valueOf", "char[]", "java.lang.String", {"a": "text"}, "text"),
        ("java.lang.Character#toString", "char", "java.lang.String", {"a": "ü"}, "ü"),
        ("java.util.Arrays#toString", "long[]", "java.lang.String",
         {"a": make_list(["1", "2"])}, "[1, 2]"),
        ("java.util.Arrays#deepToString", "java.lang.Object[]", "java.lang.String",
         {"a": make_list(["x"])}, "[x]"),
        ("java.lang.Character#toChars", "int", "char[]", {"a": "97"}, "a"),
    ],
)  # fmt: skip
def test_static_method_takes_and_gives_values(
    run: RunContext,
    name: str,
    parameters: str,
    returns: str,
    values: dict[str, Value],
    expected: Value,
) -> None:
    assert method(run, name, parameters, returns, "static").invoke(values) == {"result": expected}


def test_objects_stay_in_java_and_travel_as_names(run: RunContext) -> None:
    builder = method(
        run, "java.lang.StringBuilder#StringBuilder", "java.lang.String", "", "constructor"
    )
    made = builder.invoke({"a": "abc"})["object"]
    turned = method(run, "java.lang.StringBuilder#reverse", "", "java.lang.StringBuilder")
    found = turned.invoke({"object": made})
    shown = method(run, "java.lang.StringBuilder#toString", "", "java.lang.String")
    assert shown.invoke({"object": found["result"]})["result"] == "cba"
    assert shown.invoke({"object": found["object"]})["result"] == "cba"


def test_arrays_are_lists_and_bytes_are_bytes(run: RunContext) -> None:
    text = method(run, "java.lang.String#String", "byte[]", "", "constructor")
    made = text.invoke({"a": b"one two"})["object"]
    split = method(run, "java.lang.String#split", "java.lang.String", "java.lang.String[]")
    assert split.invoke({"object": made, "a": " "})["result"] == make_list(["one", "two"])
    raw = method(run, "java.lang.String#getBytes", "", "byte[]")
    assert raw.invoke({"object": made})["result"] == b"one two"


def test_nothing_returned_is_no_output(run: RunContext) -> None:
    found = method(run, "java.lang.System#getenv", "java.lang.String", "java.lang.String", "static")
    assert found.invoke({"a": "NO_SUCH_VARIABLE_ANYWHERE"}) == {}


@pytest.mark.parametrize(
    ("words", "values", "message"),
    [
        (("no.such.Thing#run",), {"object": "x"}, "No class no.such.Thing found!"),
        (("java.lang.Math#nothing", "", "int", "static"), {}, "No method with name nothing found."),
        (("java.lang.Integer#parseInt", "java.lang.String", "int", "static"), {"a": "x"},
         'java.lang.NumberFormatException: For input string: "x"'),
        (("java.lang.Object#hashCode", "", "int"), {},
         "java.lang.IllegalStateException: Referenced"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said(
    run: RunContext, words: tuple[str, ...], values: dict[str, Value], message: str
) -> None:
    with pytest.raises(ActivityFailure) as failure:
        method(run, *words).invoke(values)
    name = words[0].replace("#", ".")
    assert failure.value.message.startswith(f"API Consumer {name} error: {message}")


def test_ports_follow_from_the_method() -> None:
    def ports(*words: str) -> list[tuple[str, int]]:
        activity = Activity("apiconsumer", "", {}, {}, config(*words))
        found = bound_activity_class("apiconsumer").output_ports(activity)
        return [(port.name, port.depth) for port in found]

    assert ports("a.B#c", "", "void") == [("object", 0)]
    assert ports("a.B#c", "", "int[][]", "static") == [("result", 2)]
    assert ports("a.B#c", "", "byte[]") == [("object", 0), ("result", 0)]
    assert ports("a.B#B", "", "a.B", "constructor") == [("object", 0)]


def test_method_without_a_name_is_a_problem(run: RunContext) -> None:
    activity = Activity("apiconsumer", "", {}, {}, config('x"; evil(); "#'))
    assert list(bound_activity_class("apiconsumer").problems(activity))
