"""R scripts, on a real Rserve that the tests start."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from taverna_server.data.credentials import EngineCredential, write_credentials
from taverna_server.data.rundir import RunDirectory
from taverna_server.data.values import Value, make_list
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    RunCancelled,
    RunContext,
)
from taverna_server.model.credentials import USERPASS
from taverna_server.workflow.model import Bean

from .conftest import bound

SERVE = "Rserve::run.Rserve(port={port}, remote=FALSE, workdir='{place}/work', {more})"
PASSWORDS = "auth='required', plaintext='enabled', pwdfile='{place}/passwords'"


def _has_rserve() -> bool:
    if shutil.which("R") is None:
        return False
    asked = ["R", "--slave", "-e", "stopifnot(requireNamespace('Rserve'))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _serve(place: Path, more: str) -> Iterator[int]:
    if not _has_rserve():
        pytest.skip("no Rserve here: apt-get install r-base-core r-cran-rserve")
    (place / "passwords").write_text("ann secret\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    script = SERVE.format(port=port, place=place, more=more.format(place=place))
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            ["R", "--vanilla", "--slave", "-e", script], stdout=log, stderr=log
        )
    try:
        _until_it_listens(port, process, place / "log")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


@pytest.fixture(scope="module")
def rserve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from _serve(tmp_path_factory.mktemp("rserve"), "auth='disabled'")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from _serve(tmp_path_factory.mktemp("rserve"), PASSWORDS)


def config(script: str, port: int, inputs: str, outputs: str, **settings: str) -> Bean:
    """Ports as ``name=TYPE``, separated by blanks."""
    where = {"host": "127.0.0.1", "port": str(port), "keepSessionAlive": "false", **settings}
    return Bean(
        "bean",
        children=(
            Bean("script", script),
            Bean("connectionSettings", children=tuple(Bean(k, v) for k, v in where.items())),
            Bean("inputSymanticTypes", children=tuple(map(_typed, inputs.split()))),
            Bean("outputSymanticTypes", children=tuple(map(_typed, outputs.split()))),
        ),
    )


def _typed(text: str) -> Bean:
    name, _, kind = text.partition("=")
    return Bean("type", children=(Bean("name", name), Bean("symanticType", kind)))


def _ports(types: str) -> str:
    pairs = (text.partition("=")[::2] for text in types.split())
    return " ".join(f"{name}:{int(kind.endswith('_LIST'))}" for name, kind in pairs)


class R:
    """Evaluates scripts for the run of a test."""

    def __init__(self, context: RunContext, port: int) -> None:
        self.context = context
        self.port = port

    def __call__(
        self,
        script: str,
        outputs: str = "",
        inputs: str = "",
        settings: dict[str, str] | None = None,
        **values: Value,
    ) -> dict[str, Value]:
        setting = config(script, self.port, inputs, outputs, **settings or {})
        ports = (_ports(inputs), _ports(outputs))
        return dict(bound(self.context, "rshell", setting, *ports).invoke(values))


@pytest.fixture
def r(context: RunContext, rserve: int) -> R:
    return R(context, rserve)


def test_numbers_texts_and_truth_go_in_and_out(r: R) -> None:
    outputs = r(
        "d <- d * 2; i <- i + 1L; s <- paste0(s, '!'); b <- !b",
        "d=DOUBLE i=INTEGER s=STRING b=BOOL",
        "d=DOUBLE i=INTEGER s=STRING b=BOOL",
        d="1.5",
        i=b"41",
        s='ü "quoted" \\ 😀\n',
        b="true",
    )
    assert outputs == {"d": "3.0", "i": "42", "s": 'ü "quoted" \\ 😀\n!', "b": "false"}


def test_vectors_are_lists(r: R) -> None:
    types = "d=DOUBLE_LIST i=INTEGER_LIST s=STRING_LIST b=BOOL_LIST e=STRING_LIST"
    outputs = r(
        "d <- rev(d); s <- sort(s); e <- e[0]",
        types,
        types,
        d=make_list(["1", "2.5"]),
        i=make_list(["3"]),
        s=make_list(["b", "a"]),
        b=make_list(["true", "no"]),
        e=make_list([], 1),
    )
    assert outputs == {
        "d": make_list(["2.5", "1.0"]),
        "i": make_list(["3"]),
        "s": make_list(["a", "b"]),
        "b": make_list(["true", "false"]),
        "e": make_list([], 1),
    }


def test_types_go_into_each_other_and_null_is_nothing(r: R) -> None:
    outputs = r(
        "a <- TRUE; b <- 2.9; c <- 1L; d <- NULL; e <- NULL; f <- NULL; g <- NULL; h <- NA",
        "a=INTEGER b=INTEGER c=DOUBLE d=DOUBLE e=STRING f=DOUBLE_LIST g=INTEGER h=STRING",
    )
    assert outputs == {
        "a": "1", "b": "2", "c": "1.0", "d": "0.0", "e": "NA", "f": make_list([], 1), "g": "0",
        "h": "NA",
    }  # fmt: skip


def test_files_go_through_the_directory_of_the_session(r: R) -> None:
    outputs = r(
        "lines <- readLines(text); writeLines(rev(lines), out); png(plot); plot(1:3); dev.off()",
        "out=TEXT_FILE plot=PNG_FILE",
        "text=TEXT_FILE",
        text="one\ntwo\n",
    )
    assert outputs["out"] == "two\none\n"
    assert isinstance(outputs["plot"], bytes)
    assert outputs["plot"].startswith(b"\x89PNG")


def test_any_value_may_be_shown(r: R) -> None:
    assert r("x <- list(a=1)", "x=REXP") == {"x": "$a\n[1] 1\n"}


@pytest.mark.parametrize(
    ("script", "message"),
    [
        pytest.param("stop('no luck')", "RShell failed: no luck", id="stop"),
        pytest.param("f <- function() stop('deep: er'); f()", "RShell failed: deep: er", id="call"),
        pytest.param("x <- ", "RShell failed: <text>:2:0: unexpected end of input", id="syntax"),
        pytest.param("y <- 1", "RShell failed: object 'x' not found", id="no output"),
        pytest.param("x <- 'text'", "RShell failed: Unexpected result", id="wrong type"),
    ],
)
def test_error_is_what_r_says(r: R, script: str, message: str) -> None:
    with pytest.raises(ActivityFailure) as failure:
        r(script, "x=DOUBLE")
    assert failure.value.message.startswith(message)


def test_input_that_is_missing_fails(r: R) -> None:
    message = r"^Input to rserve 'x' was defined but not provided\.$"
    with pytest.raises(ActivityFailure, match=message):
        r("1", inputs="x=STRING")


def test_session_is_kept_where_it_is_to_be(r: R) -> None:
    kept = {"keepSessionAlive": "true"}
    r("remembered <- 1", settings=kept)
    assert r("x <- exists('remembered')", "x=BOOL", settings=kept) == {"x": "true"}
    assert r("x <- exists('remembered')", "x=BOOL") == {"x": "false"}
    bound(r.context, "rshell", config("1", r.port, "", "")).close()


def test_cancel_ends_the_wait(r: R) -> None:
    timer = threading.Timer(0.5, r.context.cancel)
    timer.start()
    began = time.monotonic()
    with pytest.raises(RunCancelled):
        r("Sys.sleep(20)")
    timer.join()
    assert time.monotonic() - began < 10


def test_nobody_there_fails(context: RunContext) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        message = rf"^Could not establish connection to 127\.0\.0\.1 using port {port}: "
        with pytest.raises(ActivityFailure, match=message):
            R(context, port)("1")


def test_login_of_the_workflow_or_of_the_run_is_used(context: RunContext, guarded: int) -> None:
    r = R(context, guarded)
    with pytest.raises(ActivityFailure, match=r"^Could not establish connection"):
        r("x <- 1", "x=DOUBLE", settings={"username": "ann", "password": "wrong"})
    login = {"username": "ann", "password": "secret"}
    assert r("x <- 1", "x=DOUBLE", settings=login) == {"x": "1.0"}
    context.security = RunDirectory(context.wd.parent)
    address = f"rserve://127.0.0.1:{guarded}"
    write_credentials(context.security, [EngineCredential(USERPASS, address, "ann", "secret")], {})
    assert r("x <- 1", "x=DOUBLE") == {"x": "1.0"}
