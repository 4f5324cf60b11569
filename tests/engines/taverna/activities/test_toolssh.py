"""External tools by ssh, on a real sshd that the tests start."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from taverna_server.data.credentials import EngineCredential, write_credentials
from taverna_server.data.rundir import RunDirectory
from taverna_server.data.values import ErrorDocument, FileValue, Value, make_list
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    RunCancelled,
    RunContext,
)
from taverna_server.engines.taverna.activities.jvmprocess import LARGE
from taverna_server.model.credentials import KEYPAIR, USERPASS

from .conftest import bound
from .test_externaltool import entry, static, tool

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PASSPHRASE = "open sesame"
CONFIG = """Port {port}
ListenAddress 127.0.0.1
HostKey {place}/host
AuthorizedKeysFile {place}/authorized
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
Banner {place}/banner
"""


class Host:
    """This machine, seen from outside."""

    def __init__(self, place: Path, port: int) -> None:
        self.place = place
        self.port = port
        self.directory = place / "remote"
        self.directory.mkdir()

    def client(self, key: str | None) -> str:
        """An ssh command that knows one key, and the host by its own list of hosts."""
        words = [f"ssh -F none -o UserKnownHostsFile={self.place}/known"]
        words += ["-o StrictHostKeyChecking=accept-new -o IdentityAgent=none"]
        words += [f"-i {self.place}/{key}" if key else "-o IdentityFile=none"]
        return " ".join(words)

    def mechanism(self, *ports: int) -> str:
        nodes = "".join(
            f"<sshNode><host>127.0.0.1</host><port>{port}</port>"
            f"<directory>{self.directory}</directory></sshNode>"
            for port in ports or (self.port,)
        )
        return f"<sshInvocation>{nodes}</sshInvocation>"

    def is_empty(self) -> bool:
        return not list(self.directory.iterdir())


def _key(path: Path, passphrase: str = "") -> None:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-m", "PEM", "-N", passphrase, "-f", str(path)]
    subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    if SSHD is None:
        pytest.skip("no sshd here: apt-get install openssh-server")
    if os.getuid() == 0:  # it insists on a place that only its package's service makes
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    place = tmp_path_factory.mktemp("sshd")
    for name, passphrase in (("host", ""), ("open", ""), ("locked", PASSPHRASE)):
        _key(place / name, passphrase)
    public = [(place / f"{name}.pub").read_text() for name in ("open", "locked")]
    (place / "authorized").write_text("".join(public))
    (place / "banner").write_text("Property of the institute\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (place / "config").write_text(CONFIG.format(port=port, place=place))
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            [SSHD, "-D", "-e", "-f", str(place / "config")], stdout=log, stderr=log
        )
    try:
        _until(lambda: _listens(port, process, place / "log"))
        yield Host(place, port)
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def there(context: RunContext, host: Host) -> Callable[..., dict[str, Value]]:
    """Runs a tool over there, with the site's key."""
    context.options = {"ssh": host.client("open")}

    def run(command: str, *, ports: tuple[int, ...] = (), **given: object) -> dict[str, Value]:
        inputs = given.pop("values", {})
        config = tool(command, mechanism=host.mechanism(*ports), **given)  # type: ignore[arg-type]
        return dict(bound(context, "externaltool", config).invoke(inputs))  # type: ignore[arg-type]

    return run


Run = Callable[..., dict[str, Value]]


def test_files_go_there_and_come_back(there: Run, host: Host, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * LARGE)
    outputs = there(
        "cat a b c > out; cat; echo oops >&2; ls %%place%% > listing; cp b copied",
        inputs=[
            entry("a", tag="a", file=True),
            entry("b", tag="b", file=True, binary=True),
            entry("place", tag="place", file=True),
        ],
        statics=[static(tag="c", file=True, content="static")],
        outputs=[
            entry("out", path="out"),
            entry("listing", path="listing"),
            entry("copied", path="copied", binary=True),
            entry("absent", path="absent"),
        ],
        stdin=True,
        values={"a": "ü", "b": FileValue(tmp_path / "large"), "place": "", "STDIN": b"in"},
    )
    assert outputs["STDOUT"] == b"in"
    assert outputs["STDERR"] == b"oops\n"
    assert isinstance(outputs["out"], FileValue)
    assert outputs["out"].path.read_text() == "ü" + "x" * LARGE + "static"
    assert str(outputs["listing"]).startswith(f"{host.directory}/usecase")
    assert isinstance(outputs["copied"], FileValue)
    assert outputs["absent"] == ErrorDocument("No result for absent")
    assert host.is_empty()


def test_listing_has_paths_of_the_other_machine(there: Run, host: Host) -> None:
    files = [entry("f", tag="f", file=True, list=True)]
    outputs = there("cat f; cat $(cat f)", inputs=files, values={"f": make_list(["a", "b"])})
    assert isinstance(outputs["STDOUT"], bytes)
    first, second, content = outputs["STDOUT"].decode().splitlines()
    assert first.startswith(str(host.directory))
    assert second.endswith("tempfile.1.tmp")
    assert content == "ab"


def test_wrong_exit_code_fails(there: Run, host: Host) -> None:
    with pytest.raises(ActivityFailure) as failure:
        there("echo no >&2; exit 3")
    assert failure.value.message == "Invalid exit code 3:no\n"
    assert host.is_empty()


def test_output_that_is_a_link_out_of_the_directory_is_its_content(there: Run) -> None:
    outputs = there("ln -s /etc/hostname out", outputs=[entry("out", path="out")])
    assert outputs["out"] == Path("/etc/hostname").read_text()


def test_machine_that_does_not_answer_is_passed_over(there: Run, host: Host) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        dead = taken.getsockname()[1]
        assert there("echo here", ports=(dead, host.port))["STDOUT"] == b"here\n"
        with pytest.raises(ActivityFailure, match=r"^Unable to run the tool on 127\.0\.0\.1: "):
            there("true", ports=(dead,))


def test_cancel_ends_the_tool_over_there(there: Run, context: RunContext, host: Host) -> None:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            there("sleep 4711 & sleep 4711")
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    _until(lambda: len(_sleeping()) == 2)
    context.cancel()
    thread.join(5)
    assert [type(error) for error in errors] == [RunCancelled]
    _until(lambda: not _sleeping())
    _until(host.is_empty)


def _sleeping() -> list[int]:
    return [
        p.pid for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "4711"]
    ]


def test_key_pair_of_the_run_is_used(there: Run, context: RunContext, host: Host) -> None:
    pem = (host.place / "open").read_bytes()
    _give(
        context,
        EngineCredential(KEYPAIR, f"ssh://{getpass.getuser()}@127.0.0.1:{host.port}", pem="1.pem"),
        {"1.pem": pem},
    )
    context.options = {"ssh": host.client(None)}
    assert there("echo in")["STDOUT"] == b"in\n"


def test_secret_of_the_run_answers_what_ssh_asks(
    there: Run, context: RunContext, host: Host
) -> None:
    """A passphrase here, as a password would need an account; ssh asks for both alike."""
    context.options = {"ssh": host.client("locked")}
    with pytest.raises(ActivityFailure, match=r"Permission denied"):
        there("true")
    address = f"ssh://127.0.0.1:{host.port}"
    _give(context, EngineCredential(USERPASS, address, getpass.getuser(), PASSPHRASE))
    assert there("env")["STDOUT"] is not None
    outputs = there("env")
    assert isinstance(outputs["STDOUT"], bytes)
    assert PASSPHRASE.encode() not in outputs["STDOUT"]


def test_secret_for_another_machine_is_not_shown(
    there: Run, context: RunContext, host: Host
) -> None:
    context.options = {"ssh": host.client("locked")}
    _give(context, EngineCredential(USERPASS, "ssh://127.0.0.2", getpass.getuser(), PASSPHRASE))
    with pytest.raises(ActivityFailure, match=r"Permission denied"):
        there("true")


def _give(
    context: RunContext, credential: EngineCredential, files: dict[str, bytes] | None = None
) -> None:
    context.security = RunDirectory(context.wd.parent)
    write_credentials(context.security, [credential], files or {})
