"""What scripts may do to the JVM, and the JVM to the run."""

from __future__ import annotations

import runpy
import threading
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from taverna_server.engines.taverna.activities import java, jvmprocess
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    RunCancelled,
    RunContext,
)

from .conftest import Bind, bound, script

NOW_OR_EXIT = 'if (in.equals("exit")) System.exit(3); out = in;'


def java_children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "java" in child.name()]


def test_exit_in_a_script_fails_only_that_invocation(bind: Bind) -> None:
    activity = bind("beanshell", script(NOW_OR_EXIT), inputs="in", outputs="out")
    rows = ["a", "exit", *map(str, range(600)), "exit", "z"]
    results = list(activity.invoke_all([{"in": row} for row in rows]))
    failures = [n for n, result in enumerate(results) if isinstance(result, ActivityFailure)]
    assert failures == [1, len(rows) - 2]
    assert "System.exit" in str(results[1])
    assert [results[0], results[-1]] == [{"out": "a"}, {"out": "z"}]


def test_killed_jvm_fails_what_it_was_doing_and_is_replaced(bind: Bind) -> None:
    activity = bind("beanshell", script("Thread.sleep(60000);"), inputs="in", outputs="out")
    threading.Timer(0.5, lambda: java_children()[0].kill()).start()
    with pytest.raises(ActivityFailure, match="is gone: it was killed by signal SIGKILL"):
        activity.invoke({})
    again = bind("beanshell", script("out = 1;"), outputs="out")
    assert again.invoke({}) == {"out": "1"}


def test_cancel_ends_a_script_that_never_ends(bind: Bind, context: RunContext) -> None:
    activity = bind("beanshell", script("while (true);"), outputs="out")
    threading.Timer(0.5, context.cancel).start()
    with pytest.raises(RunCancelled):
        activity.invoke({})
    assert java_children() == []


def test_cancel_ends_what_a_script_has_started(bind: Bind, context: RunContext) -> None:
    text = 'p = Runtime.getRuntime().exec(new String[] {"sleep", "4321"}); p.waitFor();'
    activity = bind("beanshell", script(text), outputs="out")
    threading.Timer(0.7, context.cancel).start()
    with pytest.raises(RunCancelled):
        activity.invoke({})
    assert not [
        p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "4321"]
    ]


def test_run_that_is_over_leaves_no_process(bind: Bind, context: RunContext) -> None:
    bind("beanshell", script("new Thread() { run() { while (true); } };")).invoke({})
    context.close()
    assert java_children() == []


def test_scripts_of_different_activities_run_side_by_side(bind: Bind) -> None:
    text = 'f = new File("met"); while (!f.exists()) Thread.sleep(5); out = 1;'
    waits = bind("beanshell", script(text), outputs="out")
    waiting = threading.Thread(target=waits.invoke, args=({},))
    waiting.start()
    bind("beanshell", script('new File("met").createNewFile();')).invoke({})
    waiting.join(10)
    assert not waiting.is_alive()


def test_answer_does_not_wait_for_the_next_one(bind: Bind) -> None:
    activity = bind("beanshell", script("Thread.sleep(Long.parseLong(in)); out = in;"), "in", "out")
    begin = time.monotonic()
    results = activity.invoke_all([{"in": "0"}, {"in": "1500"}])
    next(iter(results))
    assert time.monotonic() - begin < 1.4
    assert list(results) == [{"out": "1500"}]


def test_what_scripts_print_is_standard_output(
    bind: Bind, capfd: pytest.CaptureFixture[str]
) -> None:
    text = 'print("ü"); System.out.write(new byte[] {65}); System.err.println("oops");'
    bind("beanshell", script(text)).invoke({})
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("ü\nA", "oops\n")


def test_jar_in_lib_of_the_run_is_used(bind: Bind, context: RunContext) -> None:
    with zipfile.ZipFile(context.wd / "lib" / "mine.jar", "w") as jar:
        jar.writestr("word.txt", "from the jar")
    text = (
        'in = this.getClass().getClassLoader().getResourceAsStream("word.txt");'
        " out = new String(in.readAllBytes());"
    )
    assert bind("beanshell", script(text), outputs="out").invoke({}) == {"out": "from the jar"}


def test_libraries_of_old_workers_are_there(bind: Bind) -> None:
    text = (
        "import org.dom4j.*; import org.apache.commons.codec.binary.Base64;"
        ' d = DocumentHelper.parseText("<a><b>x</b></a>");'
        ' out = d.selectSingleNode("//b").getText();'
        ' out += new String(Base64.encodeBase64("a".getBytes()));'
    )
    assert bind("beanshell", script(text), outputs="out").invoke({}) == {"out": "xYQ=="}


@pytest.mark.parametrize(
    ("option", "sentence"), [("java", java.NO_JAVA), ("beanshell", java.NO_BEANSHELL)]
)
def test_absence_is_a_failure_with_one_sentence(tmp_path: Path, option: str, sentence: str) -> None:
    run = RunContext(tmp_path, tmp_path, options={option: "/nowhere/at/all"})
    results = list(bound(run, "beanshell", script("out = 1;"), "", "out").invoke_all([{}, {}]))
    assert [str(result) for result in results] == [sentence, sentence]


def test_java_that_does_not_start_is_a_failure(tmp_path: Path) -> None:
    fake = tmp_path / "java"
    fake.write_text("no program")
    fake.chmod(0o755)
    run = RunContext(tmp_path, tmp_path, options={"java": str(fake)})
    with pytest.raises(ActivityFailure, match="Java did not start"):
        bound(run, "beanshell", script("out = 1;"), "", "out").invoke({})


def test_java_is_found_in_java_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable = tmp_path / "bin" / "java"
    executable.parent.mkdir()
    executable.touch(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java.find_java() == executable


def test_newest_version_of_a_jar_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("bsh-2.0b3.jar", "bsh-2.0b4.jar", "bshx.jar"):
        (tmp_path / name).touch()
    monkeypatch.setattr(java, "JAR_DIRECTORIES", (tmp_path,))
    assert java.find_beanshell() == tmp_path / "bsh-2.0b4.jar"


def test_driver_is_built_from_its_sources() -> None:
    """After a change of ``java/src``: ``make driver``."""
    build = runpy.run_path(str(Path(__file__).parents[4] / "java" / "build.py"))
    with zipfile.ZipFile(jvmprocess.DRIVER) as jar:
        assert jar.read(build["CHECKSUM"]).decode() == build["checksum"]()
