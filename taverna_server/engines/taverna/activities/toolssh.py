"""External tools on other machines, by the ``ssh`` program (activities.md 10).

The site's own program is used, with its keys, proxies and known hosts; ``tar``
carries files there and back. A login or key pair of the run for
``ssh://host:port`` comes before the site's.

Theory of operation. Three connections: one makes a directory and fills it, one
runs the tool in it, one brings the outputs and removes it. The second one's input is
a lifeline and nothing else: the tool reads a file. When the lifeline ends (a
cancel, a killed engine, a broken network), a watcher on the other machine ends
the tool's process group and removes the directory, so nothing has to be reached again.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import tarfile
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from taverna_server.data.credentials import EngineCredential, credentials_for
from taverna_server.engines.taverna.activities.base import ActivityFailure, RunContext
from taverna_server.engines.taverna.activities.tooldescription import SshNode, Tool
from taverna_server.engines.taverna.activities.toolinvocation import Invocation, kill
from taverna_server.engines.taverna.activities.toolstaging import Staging
from taverna_server.model.credentials import KEYPAIR, USERPASS

SSH = "ssh -o StrictHostKeyChecking=accept-new"
_SECRET = "TAVERNA_SSH_PASSWORD"  # noqa: S105  (the name of a variable)
_ASKPASS = f'#!/bin/sh\nprintf "%s\\n" "${_SECRET}"\n'
_NO_CONNECTION = 255
_PLAIN_PORT = 22

_FILL = "umask 077; mkdir -p {place} && cd {place} && tar xf - || {{ rm -rf {place}; exit 1; }}"
_RUN = """cd {place}/work || exit 255
exec 3<&0
/bin/sh -c {command} <../stdin 3<&- &
tool=$!
(cat <&3; trap '' TERM HUP; kill -TERM 0; sleep 1; rm -rf {place}; kill -KILL 0) >/dev/null 2>&1 &
watcher=$!
wait $tool; code=$?
kill -KILL $watcher
exit $code"""
_FETCH = """cd {place}/work || exit 255
set --
for file in {files}; do if [ -f "$file" ]; then set -- "$@" "$file"; fi; done
if [ $# -gt 0 ]; then tar chf - -- "$@"; fi
rm -rf {place}"""


class Unreachable(Exception):
    """The machine does not answer, or not to us."""


class RemoteInvocation(Invocation):
    """One run of the tool on the first machine that answers."""

    def __init__(self, tool: Tool, context: RunContext, place: Path) -> None:
        super().__init__(tool, context, place)
        self._place = place
        self._name = f"usecase{uuid.uuid4().hex}"
        if len({node.directory for node in tool.nodes}) > 1:
            self._nodes = tool.nodes[:1]  # paths in the command are of one machine
        else:
            self._nodes = tool.nodes

    def _staging(self) -> Staging:
        if not self._nodes:
            raise ActivityFailure("No invocation mechanism found: no machine is named")
        return Staging(self._work, f"{self._there(self._nodes[0])}/work")

    def _execute(self, command: str, stdin: Path) -> int:
        machine = self._filled_machine(stdin)
        back = self._place / "back"
        back.mkdir()
        try:
            code = machine.run(command, self._stdout, self._stderr)
            self._context.check_cancelled()
            machine.fetch([output.path.lstrip("/") for output in self._tool.outputs], back)
        except Unreachable as error:
            raise ActivityFailure(f"The machine of the tool was lost: {error}") from error
        self._work = back
        return code

    def _filled_machine(self, stdin: Path) -> Machine:
        problems = []
        for node in self._nodes:
            machine = Machine(node, self._there(node), self._context, self._place)
            try:
                machine.fill(self._work, stdin)
            except Unreachable as error:
                problems.append(f"{node.host}: {error}")
            else:
                return machine
        raise ActivityFailure(f"Unable to run the tool on {'; '.join(problems)}")

    def _there(self, node: SshNode) -> str:
        return f"{node.directory.rstrip('/')}/{self._name}"


class Machine:
    """A directory on another machine."""

    def __init__(self, node: SshNode, place: str, context: RunContext, scratch: Path) -> None:
        self._context = context
        self._place = shlex.quote(place)
        self._scratch = scratch
        self._command, self._environment = _connection(node, context, scratch)

    def fill(self, work: Path, stdin: Path) -> None:
        """Bring the files. Raises Unreachable."""

        def send(stream: IO[bytes]) -> None:
            with tarfile.open(fileobj=stream, mode="w|", dereference=True) as archive:
                archive.add(work, "work")
                _add_stdin(archive, stdin)

        self._talk(_FILL.format(place=self._place), send)

    def run(self, command: str, stdout: Path, stderr: Path) -> int:
        """Run the command to its end; the exit code."""
        script = _RUN.format(place=self._place, command=shlex.quote(command))
        with stdout.open("wb") as out, stderr.open("wb") as err:
            process = self._start(script, out, err)
        with process, self._context.cancelled.stopping(lambda: kill(process)):
            return process.wait()

    def fetch(self, names: list[str], directory: Path) -> None:
        """Bring the files of these names that there are, and remove the directory."""
        files = " ".join(map(shlex.quote, names)) or "''"
        archive = self._scratch / "outputs.tar"
        with archive.open("wb") as out:
            self._talk(_FETCH.format(place=self._place, files=files), None, out)
        if archive.stat().st_size:
            with tarfile.open(archive) as brought:
                brought.extractall(directory, filter="data")

    def _talk(
        self, script: str, send: Callable[[IO[bytes]], None] | None, out: IO[bytes] | None = None
    ) -> None:
        said = self._scratch / "ssh-said"
        with said.open("wb") as err:
            process = self._start(script, out or err, err)
        with process, self._context.cancelled.stopping(lambda: kill(process)):
            assert process.stdin is not None  # noqa: S101  (a pipe)
            with contextlib.suppress(BrokenPipeError):
                if send is not None:
                    send(process.stdin)
                process.stdin.close()
            code = process.wait()
        self._context.check_cancelled()
        if code:
            raise Unreachable(said.read_text(errors="replace").strip() or f"ssh ended with {code}")

    def _start(self, script: str, out: IO[bytes], err: IO[bytes]) -> subprocess.Popen[bytes]:
        command = [*self._command, f"exec /bin/sh -c {shlex.quote(script)}"]
        try:
            return subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=out, stderr=err, env=self._environment
            )
        except OSError as error:
            raise Unreachable(f"the ssh program did not start: {error}") from error


def _connection(
    node: SshNode, context: RunContext, scratch: Path
) -> tuple[list[str], Mapping[str, str]]:
    """The command up to the host, and the environment it needs."""
    words = shlex.split(str(context.options.get("ssh") or SSH))
    # What ssh itself has to say, a site's banner for one, would be taken for the tool's words.
    words += ["-o", "LogLevel=ERROR", "-T", "-p", str(node.port)]
    environment = dict(os.environ)
    credential = _credential(node, context)
    if credential is None:
        words += ["-o", "BatchMode=yes"]
    elif credential.kind == KEYPAIR:
        words += ["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i", credential.pem]
        user = urlsplit(credential.service_uri).username
        words += ["-l", user] if user else []
    else:
        words += ["-o", "NumberOfPasswordPrompts=1", "-l", credential.username]
        environment |= _answering(credential.password, scratch)
    return [*words, "--", node.host], environment


def _answering(password: str, scratch: Path) -> Mapping[str, str]:
    """Has ssh ask a program of ours, which knows one answer."""
    program = scratch / "askpass"
    if not program.exists():
        program.write_text(_ASKPASS)
        program.chmod(0o700)
    return {"SSH_ASKPASS": str(program), "SSH_ASKPASS_REQUIRE": "force", _SECRET: password}


def _credential(node: SshNode, context: RunContext) -> EngineCredential | None:
    """The run's own for this machine."""
    if context.security is None:
        return None
    host = f"[{node.host}]" if ":" in node.host else node.host
    addresses = [f"ssh://{host}:{node.port}"]
    if node.port == _PLAIN_PORT:
        addresses.append(f"ssh://{host}")
    for address in addresses:
        for found in credentials_for(context.security, address):
            if found.kind in (USERPASS, KEYPAIR) and found.service_uri:
                return found
    return None


def _add_stdin(archive: tarfile.TarFile, stdin: Path) -> None:
    if stdin == Path(os.devnull):
        archive.addfile(tarfile.TarInfo("stdin"))
    else:
        archive.add(stdin, "stdin")
