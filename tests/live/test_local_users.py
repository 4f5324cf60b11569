"""Runs of different people execute as different users of this machine.

With two users that every system has. Needs root, and a directory that those
users can reach, which pytest's own is not.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from taverna_server.data.credentials import read_credentials
from taverna_server.data.rundir import RunDirectory
from tests.live import runs
from tests.live.server import Server, running

LOCAL = {"alice": "daemon", "bob": "nobody"}

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run things as others")

ENGINE = """#!/bin/sh
# Says who it is and what it can reach, waits until it is told to end, and ends well.
root=$1
cd "$root/wd" || exit 1
mkdir out
{ id -un; id -Gn; echo "$HOME"; } > out/identity
cat in.txt > out/copied
cat ../security/credentials.json > out/own_secrets
for path in $(cat asked); do
    if cat "$path" > /dev/null 2>&1 || ls "$path/" > /dev/null 2>&1; then echo "$path"; fi
done > out/reached
touch working
while [ ! -e end ]; do sleep 0.05; done
cat end > out/end
ln -s /etc/passwd out/trap
echo '{"exit_code": 0, "started": "", "finished": ""}' > "$root/.outcome"
mv "$root/.outcome" "$root/outcome.json"
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A directory that others can get through."""
    for name in LOCAL.values():
        try:
            pwd.getpwnam(name)
        except KeyError:
            pytest.skip(f"this system has no user '{name}'")
    place = Path(tempfile.mkdtemp(prefix="local-users-"))
    place.chmod(0o711)
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    engine = place / "engine"
    engine.write_text(ENGINE)
    engine.chmod(0o755)
    with running(place, engine_command=engine, local_users="yes") as server:
        for name, local in LOCAL.items():
            server.command("user", "local", name, local)
        yield server
        assert "Traceback" not in server.log()


def new_run(server: Server, name: str, *asked: Path) -> tuple[requests.Session, str, RunDirectory]:
    """Of that account, with an uploaded file; the engine is to try and reach what is asked."""
    session = server.session(name)
    run = runs.create(session, server)
    assert session.put(f"{run}/wd/in.txt", data="uploaded").status_code == 201
    words = "\n".join(map(str, asked))
    assert session.put(f"{run}/wd/asked", data=words).status_code == 201
    return session, run, RunDirectory(server.data / "runs" / run.rpartition("/")[2])


def start(session: requests.Session, run: str, directory: RunDirectory) -> None:
    runs.start(session, run)
    runs.until(lambda: (directory.wd / "working").exists())


def end(session: requests.Session, run: str) -> None:
    assert session.put(f"{run}/wd/end", data="now").status_code == 201
    runs.wait(session, run)


def owner(path: Path) -> str:
    return pwd.getpwuid(path.lstat().st_uid).pw_name


def leader(directory: RunDirectory) -> psutil.Process:
    return psutil.Process(int((directory.root / "claim").read_text()))


def processes_of(directory: RunDirectory) -> list[psutil.Process]:
    everything = psutil.process_iter(["cmdline"])
    return [p for p in everything if str(directory.root) in " ".join(p.info["cmdline"] or ())]


@pytest.mark.parametrize(("name", "local"), LOCAL.items())
def test_run_executes_as_the_user_of_its_owner(server: Server, name: str, local: str) -> None:
    session, run, directory = new_run(server, name)
    assert owner(directory.root) == "root"
    start(session, run, directory)
    assert leader(directory).username() == local
    assert {owner(path) for path in directory.root.rglob("*")} == {local}
    end(session, run)
    user, groups, home = session.get(f"{run}/wd/out/identity").text.splitlines()
    assert (user, home) == (local, pwd.getpwnam(local).pw_dir)
    assert "root" not in groups.split()
    assert session.get(f"{run}/wd/out/copied").text == "uploaded"
    assert session.get(f"{run}/wd/out/end").text == "now"
    assert session.get(f"{run}/listeners/io/properties/exitcode").text == "0"
    assert session.delete(run).status_code == 204
    runs.until(lambda: not directory.root.exists())


def test_run_reaches_neither_others_nor_the_server(server: Server) -> None:
    alice, hers, her_directory = new_run(server, "alice")
    start(alice, hers, her_directory)
    _, not_started, waiting = new_run(server, "alice")
    data = server.data
    forbidden = [
        her_directory.root, her_directory.wd, her_directory.wd / "in.txt",
        her_directory.security / "credentials.json", her_directory.stdout,
        waiting.wd / "in.txt", waiting.root,
        data, data / "runs", data / "server.key", data / "taverna-server.db",
    ]  # fmt: skip
    bob, his, his_directory = new_run(server, "bob", *forbidden, Path("/etc/hostname"))
    start(bob, his, his_directory)
    end(bob, his)
    assert bob.get(f"{his}/wd/out/reached").text.split() == ["/etc/hostname"]
    for session, run in ((alice, hers), (alice, not_started), (bob, his)):
        assert session.delete(run).status_code == 204


def test_engine_alone_has_its_secrets(server: Server) -> None:
    alice, run, directory = new_run(server, "alice")
    start(alice, run, directory)
    assert stat.S_IMODE(directory.root.stat().st_mode) == 0o700
    assert stat.S_IMODE(directory.security.stat().st_mode) == 0o700
    (file,) = directory.security.iterdir()
    assert (owner(file), stat.S_IMODE(file.stat().st_mode)) == ("daemon", 0o600)
    assert b"wfrun_" in (directory.wd / "out" / "own_secrets").read_bytes()
    account = read_credentials(directory)[0]
    session = server.session(None)
    session.auth = (account.username, account.password)
    assert session.put(f"{run}/wd/interactions/page.html", data="x").status_code == 201
    assert owner(directory.wd / "interactions" / "page.html") == "daemon"
    end(alice, run)
    runs.until(lambda: not directory.security.exists())
    alice.delete(run)


def test_what_clients_make_belongs_to_the_run(server: Server) -> None:
    alice, run, directory = new_run(server, "alice")
    start(alice, run, directory)
    mkdir = {"mkdir": {"name": "made"}}
    assert alice.post(f"{run}/wd", json=mkdir).status_code == 201
    assert alice.put(f"{run}/wd/made/file", data="x").status_code == 201
    assert alice.put(f"{run}/wd/in.txt", data="again").status_code == 204
    made = [directory.wd / name for name in ("made", "made/file", "in.txt")]
    assert {owner(path) for path in made} == {"daemon"}
    end(alice, run)
    assert alice.get(f"{run}/wd/out/trap").status_code == 404
    assert "trap" not in alice.get(f"{run}/wd/out").text
    alice.delete(run)


def test_cancelled_run_ends_whoever_it_is(server: Server) -> None:
    bob, run, directory = new_run(server, "bob")
    start(bob, run, directory)
    process = leader(directory)
    assert bob.put(f"{run}/status", data="Finished").status_code == 200
    runs.until(lambda: not process.is_running())
    assert bob.delete(run).status_code == 204


def test_run_goes_on_when_the_server_was_killed(server: Server) -> None:
    alice, run, directory = new_run(server, "alice")
    start(alice, run, directory)
    server.kill()
    server.start()
    end(alice, run)
    assert alice.get(f"{run}/listeners/io/properties/exitcode").text == "0"
    alice.delete(run)


@pytest.mark.parametrize(
    ("trap", "target"),
    [
        (lambda path, victim: path.symlink_to(victim), "symbolic link"),
        (lambda path, victim: os.mkfifo(path), "pipe"),
    ],
    ids=["symlink", "pipe"],
)
@pytest.mark.parametrize("name", ["outcome.json", "stderr", "claim"])
def test_server_is_not_led_astray_by_what_a_run_leaves(
    server: Server, place: Path, name: str, trap, target: str
) -> None:
    victim = place / f"victim-{name}-{target}"
    victim.write_text("precious")
    alice, run, directory = new_run(server, "alice")
    start(alice, run, directory)
    (directory.root / name).unlink(missing_ok=True)
    trap(directory.root / name, victim)
    for process in processes_of(directory):
        process.kill()
    runs.wait(alice, run)
    assert victim.read_text() == "precious"
    assert alice.delete(run).status_code == 204
    runs.until(lambda: not directory.root.exists())


def test_account_without_a_user_starts_nothing(server: Server) -> None:
    admin, run, _ = new_run(server, "admin")
    runs.start(admin, run)
    runs.wait(admin, run)
    assert "the account 'admin' has no user on this machine" in admin.get(f"{run}/stderr").text
    assert admin.get(f"{run}/listeners/io/properties/exitcode").text == "1"
    admin.delete(run)
