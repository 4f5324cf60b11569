"""Cases K16 to K20, and tools that misbehave."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import psutil
import pytest

from taverna_server.data.values import (
    ErrorDocument,
    FileValue,
    Value,
    make_list,
    read_bytes,
    read_text,
)
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    RunCancelled,
    RunContext,
)
from taverna_server.engines.taverna.activities.jvmprocess import LARGE
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.workflow.model import Activity, Bean
from taverna_server.workflow.t2flow import read_t2flow
from tests.corpus import FILES, needs_corpus

from .conftest import bound, new_run

LOCAL = "<localInvocation><shellPrefix>/bin/sh -c</shellPrefix></localInvocation>"
NO_SHELL = "<localInvocation/>"


def fields(**values: object) -> tuple[Bean, ...]:
    return tuple(
        Bean(tag, str(value).lower() if isinstance(value, bool) else str(value))
        for tag, value in values.items()
    )


def entry(port: str, **values: object) -> Bean:
    return Bean("entry", children=(Bean("string", port), Bean("value", children=fields(**values))))


def static(**values: object) -> Bean:
    return Bean("ScriptInputStatic", children=fields(**values))


def tool(
    command: str,
    inputs: Iterable[Bean] = (),
    outputs: Iterable[Bean] = (),
    statics: Iterable[Bean] = (),
    mechanism: str = LOCAL,
    codes: Iterable[int] = (0,),
    stdin: bool = False,
) -> Bean:
    """A configuration as the workbench writes it."""
    description = Bean(
        "useCaseDescription",
        children=(
            *fields(command=command, includeStdIn=stdin),
            Bean("inputs", children=tuple(inputs)),
            Bean("outputs", children=tuple(outputs)),
            Bean("static_inputs", children=tuple(statics)),
            Bean("validReturnCodes", children=tuple(Bean("int", str(code)) for code in codes)),
        ),
    )
    return Bean("bean", children=(*fields(mechanismXML=mechanism), description))


class Run:
    """Runs a tool in the run of the test."""

    def __init__(self, context: RunContext) -> None:
        self.context = context

    def __call__(self, config: Bean, **inputs: Value) -> dict[str, Value]:
        return dict(self.bound(config).invoke(inputs))

    def bound(self, config: Bean) -> BoundActivity:
        return bound(self.context, "externaltool", config)

    def stdout(self, config: Bean, **inputs: Value) -> str:
        value = self(config, **inputs)["STDOUT"]
        assert isinstance(value, bytes)
        return value.decode()


@pytest.fixture
def run(context: RunContext) -> Run:
    return Run(context)


def test_command_of_the_corpus_gives_hello_world(run: Run) -> None:
    """K16"""
    config = tool(
        "cat in1 > out; echo %%in2%% >> out\n ",
        [entry("in1", tag="in1", file=True), entry("in2", tag="in2")],
        [entry("out", path="out")],
    )
    outputs = run(config, in1="Hello", in2="World")
    assert outputs == {"out": "HelloWorld\n", "STDOUT": b"", "STDERR": b""}


def test_wrong_exit_code_fails_with_what_was_said(run: Run) -> None:
    """K17"""
    with pytest.raises(ActivityFailure) as failure:
        run(tool("echo oh no >&2; exit 3"))
    assert failure.value.message == "Invalid exit code 3:oh no\n"


def test_other_exit_codes_may_be_valid(run: Run) -> None:
    assert run.stdout(tool("echo fine; exit 3", codes=(0, 3))) == "fine\n"


def test_killed_tool_has_the_code_a_shell_would_see(run: Run) -> None:
    with pytest.raises(ActivityFailure, match=r"^Invalid exit code 137:"):
        run(tool("kill -9 $$"))


def test_missing_output_file_is_an_error_document(run: Run) -> None:
    """K18"""
    outputs = run(tool("true", outputs=[entry("out", path="absent")]))
    assert outputs["out"] == ErrorDocument("No result for out")


def test_list_becomes_files_with_a_listing(run: Run) -> None:
    """K19"""
    config = tool("cat f; cat f_NAMES; cat $(cat f)", [entry("f", tag="f", file=True, list=True)])
    lines = run.stdout(config, f=make_list(["a", "b"])).splitlines()
    assert [Path(line).name for line in lines[:2]] == ["tempfile.0.tmp", "tempfile.1.tmp"]
    assert Path(lines[0]).is_absolute()
    assert lines[2:] == ["tempfile.0.tmp", "tempfile.1.tmp", "ab"]


def test_list_in_the_command_is_separated_by_blanks(run: Run) -> None:
    config = tool("cat %%f%%; echo %%f_NAMES%%", [entry("f", tag="f", list=True)])
    assert run.stdout(config, f=make_list(["a", "b"])) == "abtempfile.0.tmp tempfile.1.tmp\n"


def test_concatenated_list_in_the_command(run: Run) -> None:
    """K20"""
    config = tool("echo '%%t%%'", [entry("t", tag="t", list=True, concatenate=True)])
    assert run.stdout(config, t=make_list(["a", "b"])) == "a b \n"


def test_concatenated_bytes_have_nothing_between(run: Run) -> None:
    port = entry("t", tag="t", file=True, list=True, concatenate=True, binary=True)
    assert run.stdout(tool("cat t", [port]), t=make_list([b"a", b"b"])) == "ab"


def test_temporary_file_is_named_by_its_tag(run: Run) -> None:
    config = tool("cat %%t%%; echo %%t%%", [entry("t", tag="t", tempFile=True)])
    content, path = run.stdout(config, t="text\n").splitlines()
    assert (content, Path(path).name, Path(path).is_absolute()) == ("text", "tempfile.0.tmp", True)


def test_text_is_written_in_the_charset_of_the_port(run: Run) -> None:
    port = entry("t", tag="t", file=True, charsetName="MacRoman")
    assert run(tool("cat t", [port]), t="ü€")["STDOUT"] == "ü€".encode("mac_roman")


def test_unknown_charset_fails_with_its_name(run: Run) -> None:
    port = entry("t", tag="t", file=True, charsetName="Klingon")
    with pytest.raises(ActivityFailure, match="'Klingon'"):
        run(tool("cat t", [port]), t="x")


def test_file_is_linked_not_copied(run: Run, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"content")
    port = entry("t", tag="t", file=True, binary=True)
    outputs = run.stdout(tool("cat t; readlink t", [port]), t=FileValue(tmp_path / "big"))
    assert outputs == f"content{tmp_path / 'big'}\n"


def test_file_is_copied_where_that_is_forced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"content")
    port = entry("t", tag="t", file=True, binary=True, forceCopy=True)
    assert (
        run.stdout(tool("test -L t || cat t", [port]), t=FileValue(tmp_path / "big")) == "content"
    )


def test_text_in_a_file_is_recoded(run: Run, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("ü\r\n".encode("latin-1"))
    port = entry("t", tag="t", file=True, charsetName="utf-8")
    outputs = run(tool("cat t", [port]), t=FileValue(tmp_path / "latin", "latin1"))
    assert outputs["STDOUT"] == "ü\r\n".encode()


def test_static_texts_belong_to_the_tool(run: Run) -> None:
    statics = [static(tag="hi.txt", file=True, content="hi"), static(tag="word", content="there")]
    assert run.stdout(tool("cat hi.txt; echo %%word%%", statics=statics)) == "hithere\n"


def test_static_text_that_cannot_be_fetched_fails(run: Run) -> None:
    statics = [static(tag="x", file=True, url="http://localhost:1/x")]
    with pytest.raises(ActivityFailure, match="could not be fetched from http://localhost:1/x"):
        run(tool("true", statics=statics))


def test_static_file_of_this_machine_is_not_fetched(run: Run) -> None:
    statics = [static(tag="x", file=True, url="file:///etc/passwd")]
    with pytest.raises(ActivityFailure, match="cannot be fetched"):
        run(tool("cat x", statics=statics))


def test_unique_id_differs_from_run_to_run(run: Run) -> None:
    config = tool("echo %%uniqueID%% %%other%%")
    first, second = run.stdout(config), run.stdout(config)
    assert first != second
    assert first.endswith(" %%other%%\n")


def test_missing_input_fails_with_its_name(run: Run) -> None:
    with pytest.raises(ActivityFailure, match=r"^No input specified for t$"):
        run(tool("true", [entry("t", tag="t")]))


@pytest.mark.parametrize("tag", ["../t", "/tmp/t", ""])
def test_input_stays_in_the_directory_of_the_tool(run: Run, tag: str) -> None:
    with pytest.raises(ActivityFailure, match="cannot be placed"):
        run(tool("true", [entry("t", tag=tag, file=True)]), t="x")


def test_standard_input_is_fed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("from a file")
    config = tool("cat", stdin=True, mechanism=NO_SHELL)
    assert run.stdout(config, STDIN="text ü") == "text ü"
    assert run.stdout(config, STDIN=FileValue(tmp_path / "in")) == "from a file"
    assert run.stdout(config) == ""


def test_command_without_a_shell_is_split_at_blanks(run: Run) -> None:
    assert run.stdout(tool("echo  a   $b ;", mechanism=NO_SHELL)) == "a $b ;\n"


def test_program_that_is_not_there_fails(run: Run) -> None:
    with pytest.raises(ActivityFailure, match=r"The tool did not start: .*no-such-program"):
        run(tool("no-such-program", mechanism=NO_SHELL))


@pytest.mark.parametrize(
    ("mechanism", "message"),
    [
        ("", "No invocation mechanism found$"),
        ("<sshInvocation/>", "No invocation mechanism found: no machine is named"),
    ],
)
def test_tool_needs_a_mechanism(run: Run, mechanism: str, message: str) -> None:
    with pytest.raises(ActivityFailure, match=message):
        run(tool("true", mechanism=mechanism))


def test_large_outputs_stay_files(run: Run) -> None:
    config = tool(
        f"head -c {LARGE} /dev/zero | tr '\\0' a | tee out",
        outputs=[entry("text", path="out"), entry("data", path="out", binary=True)],
    )
    outputs = run(config)
    text, data, stdout = outputs["text"], outputs["data"], outputs["STDOUT"]
    assert isinstance(text, FileValue)
    assert isinstance(data, FileValue)
    assert isinstance(stdout, FileValue)
    assert (read_text(text), data.charset) == ("a" * LARGE, None)
    assert read_bytes(stdout) == read_bytes(data) == b"a" * LARGE


def test_nothing_is_left_of_a_tool(run: Run) -> None:
    run(tool("echo x > out", outputs=[entry("out", path="out")]))
    with pytest.raises(ActivityFailure):
        run(tool("echo x > out; exit 1"))
    assert list(run.context.scratch.iterdir()) == []


def test_process_left_behind_holds_up_nobody(run: Run) -> None:
    begin = time.monotonic()
    pid = int(run.stdout(tool("sleep 30 & echo $!")))
    assert time.monotonic() - begin < 5
    psutil.Process(pid).kill()


def test_cancel_kills_the_tool_and_its_children(run: Run) -> None:
    first, second = f"4711.{os.getpid()}", f"4712.{os.getpid()}"  # found in no other process
    activity = run.bound(tool(f"sleep {first} & sleep {second}; true"))
    threading.Timer(0.3, run.context.cancel).start()
    with pytest.raises(RunCancelled):
        activity.invoke({})
    deadline = time.monotonic() + 10  # what was killed may take a moment to be gone
    while _commands() & {f"sleep {first}", f"sleep {second}"}:
        assert time.monotonic() < deadline


def _commands() -> set[str]:
    return {" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])}


def test_tool_of_a_cancelled_run_does_not_start(run: Run) -> None:
    run.context.cancel()
    with pytest.raises(RunCancelled):
        run(tool("true"))


def test_tools_run_side_by_side(run: Run) -> None:
    activity = run.bound(tool("sleep 0.5"))
    threads = [threading.Thread(target=activity.invoke, args=({},)) for _ in range(4)]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - begin < 1.5


def test_tool_without_a_command_is_a_problem() -> None:
    activity = Activity("externaltool", "", {}, {}, tool(" "))
    problems = bound_activity_class("externaltool").problems(activity)
    assert list(problems) == ["The command of the tool is missing."]


@needs_corpus
def test_tools_of_the_corpus_can_be_read(tmp_path: Path) -> None:
    run, found = new_run(tmp_path), 0
    for path in FILES:
        workflow = read_t2flow(path.read_bytes())
        for flow in (workflow.top, *workflow.nested.values()):
            for activity in (a for p in flow.processors for a in p.activities):
                if activity.kind == "externaltool":
                    tool_class = bound_activity_class("externaltool")
                    ports = {port.name for port in tool_class.output_ports(activity)}
                    assert ports == {port.name for port in activity.outputs}
                    assert tool_class(activity, run)._tool.mechanism == "local"
                    found += 1
    assert found >= 7
