"""Error documents, taken apart."""

from __future__ import annotations

from taverna_server.data.outputs import error_text
from taverna_server.data.values import ErrorDocument, StackFrame
from taverna_server.web.runs.errortexts import read_error

DEEPEST = ErrorDocument(
    "It divided by zero",
    exception="java.lang.ArithmeticException: / by zero",
    trace=(StackFrame("bsh.BSHBlock", "BSHBlock.java", 12), StackFrame("Thread.run", "", 0)),
)


def test_cause_is_found_below_what_follows_from_it() -> None:
    outer = ErrorDocument("Received errors", causes=(ErrorDocument("B fails", causes=(DEEPEST,)),))
    found = read_error(error_text(outer))
    assert [cause.message for cause in found.chain] == [
        "Received errors",
        "B fails",
        "It divided by zero",
    ]
    assert found.root.details[0] == "java.lang.ArithmeticException: / by zero"
    assert (len(found.root.details), found.others) == (3, 0)


def test_one_of_several_causes_is_told_and_the_others_counted() -> None:
    causes = tuple(ErrorDocument(f"cause {n}") for n in (1, 2, 3))
    found = read_error(error_text(ErrorDocument("Received errors", causes=causes)))
    assert [cause.message for cause in found.chain] == ["Received errors", "cause 1"]
    assert found.others == 2


def test_message_of_several_lines_stays_whole() -> None:
    found = read_error("first line\nsecond line\n")
    assert (found.root.message, found.root.details) == ("first line\nsecond line", ())


def test_empty_document_is_no_trouble() -> None:
    assert read_error("").root.message == "no message"
