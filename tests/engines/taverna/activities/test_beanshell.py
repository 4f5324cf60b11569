"""Cases J1 to J22 of expected-behaviour-cases.md, and what surrounds them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from taverna_server.data.values import ErrorDocument, FileValue, ListValue, Value, make_list
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    RunContext,
)

from .conftest import bound, new_run, script

DATA_FAILED = "Error accessing beanshell input/output data for org.example.beanshell"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunContext]:
    """One run, and so one JVM, for all tests here that do not harm it."""
    run = new_run(tmp_path_factory.mktemp("run"))
    yield run
    run.close()


def beanshell(
    run: RunContext, text: str, inputs: str = "in", outputs: str = "out"
) -> BoundActivity:
    return bound(run, "beanshell", script(text), inputs, outputs)


def no_value(name: str, depth: int = 0) -> ErrorDocument:
    return ErrorDocument(f"No value produced for output variable {name}", depth)


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        pytest.param("out = in;", "a", "a", id="J1"),
        pytest.param("out = in + nothing;", "a", "avoid", id="J2"),
        pytest.param('if (x == void) { out = "none"; } else { out = x; }', "a", "none", id="J3"),
        pytest.param("out = 1 + 1;", "a", "2", id="J6"),
        pytest.param("out = 5.0;", "a", "5.0", id="J7"),
        pytest.param("y = 1;", "a", no_value("out"), id="J11"),
        pytest.param("String out = in;", "a", "a", id="J19"),
        pytest.param("{ String out = in; }", "a", no_value("out"), id="J20 typed"),
        pytest.param("{ out = in; }", "a", "a", id="J20 loose"),
        pytest.param("out = true;", "a", "true", id="J22"),
        pytest.param("out = 'c';", "a", "c", id="character"),
        pytest.param("out = 10000000000.0f;", "a", "1.0E10", id="shortest notation"),
        pytest.param("out = null;", "a", no_value("out"), id="null"),
        pytest.param("out = in.getBytes();", "ü", "ü".encode(), id="bytes are UTF-8"),
        pytest.param('out = in; return; out = "late";', "a", "a", id="return at top level"),
    ],
)
def test_script_gives_a_single_value(
    run: RunContext, text: str, given: str, expected: Value
) -> None:
    assert beanshell(run, text).invoke({"in": given}) == {"out": expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("out = new ArrayList();", ListValue((), 1), id="J4"),
        pytest.param('out = "a,b".split(",");', make_list(["a", "b"]), id="J5"),
        pytest.param("out = new TreeSet(in);", make_list(["x", "y"]), id="sorted set"),
        pytest.param("out = new int[] { 1, 2 };", make_list(["1", "2"]), id="array of int"),
        pytest.param("y = 1;", no_value("out", 1), id="J11"),
    ],
)
def test_script_gives_a_list(run: RunContext, text: str, expected: Value) -> None:
    activity = beanshell(run, text, "in:1", "out:1")
    assert activity.invoke({"in": make_list(["y", "x", "y"])}) == {"out": expected}


def test_set_comes_in_hash_order(run: RunContext) -> None:
    """J21"""
    given = make_list([f"item{number}" for number in range(20)])
    sets = beanshell(run, "out = new HashSet(in);", "in:1", "out:1").invoke({"in": given})["out"]
    lists = beanshell(run, "out = new ArrayList(new HashSet(in));", "in:1", "out:1").invoke(
        {"in": given}
    )["out"]
    assert sets == lists != given


def test_empty_list_has_the_depth_of_its_port(run: RunContext) -> None:
    text = "l = new ArrayList(); l.add(new ArrayList()); l.add(new String[] {in}); out = l;"
    expected = make_list([ListValue((), 1), make_list(["a"])])
    assert beanshell(run, text, "in", "out:2").invoke({"in": "a"}) == {"out": expected}


@pytest.mark.parametrize(
    ("text", "depth", "detail"),
    [
        pytest.param('out = new StringBuffer("x");', 0, "Failed to register object x,", id="J8"),
        pytest.param('out = "x";', 1, "Cannot register object x at depth 1", id="J9"),
        pytest.param("out = new ArrayList();", 0, "Cannot register list at depth 0", id="J10"),
        pytest.param("out = new HashMap();", 0, "Failed to register object {},", id="map"),
        pytest.param('out = new File("absent");', 0, "no such file: ", id="absent file"),
    ],
)
def test_value_that_is_none_of_the_workflow_fails(
    run: RunContext, text: str, depth: int, detail: str
) -> None:
    with pytest.raises(ActivityFailure) as failure:
        beanshell(run, text, "", f"out:{depth}").invoke({})
    assert failure.value.message == DATA_FAILED
    assert failure.value.exception.startswith(detail)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            'throw new RuntimeException("boom");',
            "Line 1: java.lang.RuntimeException: boom",
            id="J12",
        ),
        pytest.param("out = ;", "Parse error at line 1, column 7.  Encountered: ;", id="J13"),
        pytest.param(
            '\nout = Integer.parseInt("x");',
            'Line 2: java.lang.NumberFormatException: For input string: "x"',
            id="line and class",
        ),
    ],
)
def test_failing_script_says_where_and_why(run: RunContext, text: str, message: str) -> None:
    with pytest.raises(ActivityFailure) as failure:
        beanshell(run, text).invoke({})
    assert (failure.value.message, failure.value.exception) == (message, "")


def test_call_of_an_undefined_variable_fails_with_its_line(run: RunContext) -> None:
    """J14"""
    with pytest.raises(ActivityFailure, match=r"^Line 1: Sourced file: inline evaluation of: ``"):
        beanshell(run, "out = undefinedVar.length();").invoke({})


def test_null_in_a_list_is_an_uncaught_exception(run: RunContext) -> None:
    with pytest.raises(ActivityFailure) as failure:
        beanshell(run, "out = new Object[] { null };", "", "out:1").invoke({})
    assert failure.value.message == "Uncaught exception while invoking org.example.beanshell"
    assert failure.value.exception.startswith("java.lang.NullPointerException")
    assert failure.value.trace[0].where.startswith("taverna.driver.")


def test_endless_recursion_fails_and_harms_nobody(run: RunContext) -> None:
    with pytest.raises(ActivityFailure, match=r"StackOverflowError|Uncaught"):
        beanshell(run, "f() { f(); } f();").invoke({})
    assert beanshell(run, "out = in;").invoke({"in": "a"}) == {"out": "a"}


def test_port_name_loses_what_a_variable_cannot_have(run: RunContext) -> None:
    """J15"""
    activity = beanshell(run, "out = xmltext;", "xml-text")
    assert activity.invoke({"xml-text": "a"}) == {"out": "a"}


def test_output_with_a_dash_never_has_a_value(run: RunContext) -> None:
    """J16"""
    activity = beanshell(run, "ab = in; a = 1; b = 1;", "in", "a-b")
    assert activity.invoke({"in": "a"}) == {"a-b": no_value("a-b")}


def test_state_is_cleared_between_invocations(run: RunContext) -> None:
    """J17"""
    activity = beanshell(run, "count = (count == void) ? 1 : count + 1; out = count;")
    assert list(activity.invoke_all([{}, {}])) == [{"out": "1"}, {"out": "1"}]


def test_imports_are_cleared_between_invocations(run: RunContext) -> None:
    activity = beanshell(
        run, 'if (in.equals("first")) eval("import java.util.regex.*;"); out = Pattern.quote(in);'
    )
    first, second = activity.invoke_all([{"in": "first"}, {"in": "second"}])
    assert first == {"out": "\\Qfirst\\E"}
    assert isinstance(second, ActivityFailure)


def test_binary_port_sees_bytes(run: RunContext) -> None:
    """J18"""
    activity = beanshell(run, "out = new String(in) + in.length;", "in:0:bytes")
    assert activity.invoke({"in": "ü"}) == {"out": "ü2"}


def test_text_port_sees_bytes_decoded(run: RunContext) -> None:
    given = make_list([b"\xc3\xbc", "b"])
    activity = beanshell(run, "out = in.get(0) + in.get(1);", "in:1")
    assert activity.invoke({"in": given}) == {"out": "üb"}


def test_list_is_an_array_list_that_may_be_changed(run: RunContext) -> None:
    activity = beanshell(run, 'in.add("b"); out = in;', "in:1", "out:1")
    assert activity.invoke({"in": make_list(["a"])}) == {"out": make_list(["a", "b"])}


def test_file_is_read_with_its_charset(run: RunContext, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("ü".encode("latin-1"))
    given = FileValue(tmp_path / "latin", "latin1")
    assert beanshell(run, "out = in;").invoke({"in": given}) == {"out": "ü"}


def test_file_object_becomes_a_file_value(run: RunContext) -> None:
    (run.wd / "made").write_text("content")
    value = beanshell(run, 'out = new File("made");').invoke({})["out"]
    assert value == FileValue(run.wd / "made")


@pytest.mark.parametrize(("text", "charset"), [("x", "utf-8"), ("x.getBytes()", None)])
def test_large_value_comes_as_a_file(run: RunContext, text: str, charset: str | None) -> None:
    activity = beanshell(run, f"x = in; while (x.length() < 2000000) x = x + x; out = {text};")
    value = activity.invoke({"in": "0123456789abcdef"})["out"]
    assert isinstance(value, FileValue)
    assert value.charset == charset
    assert value.path.read_bytes() == b"0123456789abcdef" * 131072


def test_exception_as_a_value_is_an_error_document(run: RunContext) -> None:
    value = beanshell(run, 'out = new Exception("no");').invoke({})["out"]
    assert isinstance(value, ErrorDocument)
    assert (value.message, value.exception) == ("", "java.lang.Exception: no")


def test_class_in_a_script_leaves_other_scripts_alone(run: RunContext) -> None:
    """The trap of new JVMs: a scripted class makes BeanShell open what is closed."""
    declares = beanshell(run, "class A { String f() { return in; } } out = new A().f();")
    assert list(declares.invoke_all([{"in": "a"}, {"in": "b"}])) == [
        {"out": "a"},
        {"out": "b"},
    ]
    activity = beanshell(
        run,
        "b = new StringBuffer(); b.append(in); for (e : System.getenv().entrySet()) e.getKey();"
        ' out = b.toString() + new URL("http://example.org/x").openConnection().getURL();',
    )
    assert activity.invoke({"in": "a"}) == {"out": "ahttp://example.org/x"}


def test_statements_before_a_parse_error_are_executed(run: RunContext) -> None:
    activity = beanshell(run, 'new File("before").createNewFile();\nout = ;')
    with pytest.raises(ActivityFailure, match="Parse error at line 2"):
        activity.invoke({})
    assert (run.wd / "before").exists()


def test_text_survives_both_ways(run: RunContext) -> None:
    given = 'ü€𝄞\r\n\t"\0'
    assert beanshell(run, "out = in;").invoke({"in": given}) == {"out": given}


def test_failures_keep_their_place_in_a_batch(run: RunContext) -> None:
    activity = beanshell(run, "out = 6 / Integer.parseInt(in);")
    results = list(activity.invoke_all([{"in": n} for n in "102"]))
    assert (results[0], results[2]) == ({"out": "6"}, {"out": "3"})
    assert isinstance(results[1], ActivityFailure)
    assert results[1].message == "Line 1: java.lang.ArithmeticException: / by zero"


def test_many_iterations_come_back_in_order(run: RunContext) -> None:
    results = beanshell(run, "out = in;").invoke_all([{"in": str(n)} for n in range(3000)])
    assert [result["out"] for result in results if isinstance(result, dict)] == [
        str(n) for n in range(3000)
    ]
