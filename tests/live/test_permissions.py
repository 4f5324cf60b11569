"""Every resource and method, for everybody there is (protocol dossier 5.2, 2.2).

The resources are those of the application's URL map, so a new one is in here by
itself: it needs READ for GET and UPDATE for the rest, unless ``needed`` says
otherwise, and a body in ``BODIES`` where a text is not what it takes.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from taverna_server.app import create_app
from taverna_server.config import Config
from taverna_server.data.credentials import read_credentials
from taverna_server.data.rundir import RunDirectory
from taverna_server.rest.resources import is_of_this_face
from tests import fakes
from tests.live import runs
from tests.live.server import Server, running

PUBLIC, USER, READ, UPDATE, DESTROY, OWNER, SUPERUSER = (
    "public", "user", "read", "update", "destroy", "owner", "superuser"
)  # fmt: skip
PEOPLE = {
    "alice": OWNER,
    "reader": READ,
    "updater": UPDATE,
    "destroyer": DESTROY,
    "bob": "none",
    "admin": SUPERUSER,
}
MAY = {
    USER: set(PEOPLE),
    READ: {"alice", "reader", "updater", "destroyer", "admin"},
    UPDATE: {"alice", "updater", "destroyer", "admin"},
    DESTROY: {"alice", "destroyer", "admin"},
    OWNER: {"alice"},
    SUPERUSER: {"admin"},
}
REFUSED = {
    UPDATE: "workflow run not owned by you and you're not granted access",
    DESTROY: "not permitted to destroy",
    OWNER: "not permitted; not the owner",
}
UNKNOWN, DENIED = "unknown run UUID", "Access is denied"
TEXTS = {*REFUSED.values(), UNKNOWN, DENIED}

RUN = "/rest/runs/<run_id>"
OF_EVERYBODY = re.compile(
    r"/rest(/policy(/\w+)?|/schemas(/.*)?)?|/(about|api|health|metrics|openapi\.json|style\.css)?"
)
OF_THE_RUN_ITSELF = re.compile(rf"{RUN}/(wd|interaction)(/.*)?")
SAMPLES = {
    "port": "IN",
    "listener": "io",
    "name": "notificationAddress",
    "entry:path": "logs",
    "user": "carol",
}
BODIES: dict[str, object] = {
    "admin/allowNew": "true",
    "status": "Operating",
    "expiry": "2099-01-01T00:00:00Z",
    "generate-provenance": "false",
    "interaction": '<entry xmlns="http://www.w3.org/2005/Atom"><title>x</title></entry>',
    "listeners": {"listenerDefinition": {"type": "io"}},
    "input/input/<port>": {"runInput": {"value": "x"}},
    "wd": {"mkdir": {"name": "made"}},
    "wd/<entry:path>": {"mkdir": {"name": "made"}},
    "security/permissions": {"permissionUpdate": {"userName": "carol", "permission": "none"}},
    "security/permissions/<user>": "none",
    "security/credentials": {"userpass": {"serviceURI": "https://x", "username": "x"}},
    "security/credentials/<credential>": {"userpass": {"serviceURI": "x:", "username": "x"}},
    "security/trusts": {"trustedIdentity": {"certificateBytes": ""}},
    "security/trusts/<trust>": {"trustedIdentity": {"certificateBytes": ""}},
}


def resources(of_this_face: bool = True) -> list[tuple[str, str]]:
    """Every rule with every method, of the Taverna face or of the others."""
    with tempfile.TemporaryDirectory() as data:
        every = create_app(Config(data=Path(data))).url_map.iter_rules()
    rules = [rule for rule in every if is_of_this_face(rule) == of_this_face]
    found = {(rule.rule, method) for rule in rules for method in rule.methods or ()}
    return sorted(item for item in found if item[1] not in ("HEAD", "OPTIONS"))


def needed(rule: str, method: str) -> str:
    """What a caller must be to use the resource."""
    if OF_EVERYBODY.fullmatch(rule):
        return PUBLIC
    if rule.startswith("/admin"):
        return SUPERUSER
    if not rule.startswith(RUN):
        return USER
    if rule.startswith(f"{RUN}/security"):
        return OWNER
    if (rule, method) in ((RUN, "DELETE"), (f"{RUN}/expiry", "PUT")):
        return DESTROY
    return READ if method == "GET" else UPDATE


class World:
    """A server with a run that operates, which everybody may do something else with."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.sessions = {name: server.session(name) for name in PEOPLE}
        self.run, self.itself = self.operating_run()
        self.other_run, self.other_itself = self.operating_run()

    def new_run(self) -> str:
        run = runs.create(self.sessions["alice"], self.server)
        for name, level in PEOPLE.items():
            if level in (READ, UPDATE, DESTROY):
                place = f"{run}/security/permissions/{name}"
                assert self.sessions["alice"].put(place, data=level).text == level
        return run

    def operating_run(self) -> tuple[str, requests.Session]:
        """The run, and a session of its own account."""
        run = self.new_run()
        runs.start(self.sessions["alice"], run)
        return run, own_session(self.server, run)

    def ask(self, session: requests.Session, rule: str, method: str) -> requests.Response:
        """With a body that the resource can read."""
        run = self.run
        if (rule, method) == (RUN, "DELETE"):
            run = self.new_run() if session is not self.itself else run
        place = rule.removeprefix(RUN)
        path = re.sub(r"<([\w:]+)>", lambda m: SAMPLES.get(m[1], "none"), place)
        base = run if rule.startswith(RUN) else self.server.url
        body = BODIES.get(place.lstrip("/"), "x") if method in ("PUT", "POST") else None
        given = {"data": body} if isinstance(body, str) else {"json": body}
        kind = "application/atom+xml" if place == "/interaction" else "text/plain"
        headers = {"Content-Type": kind} if isinstance(body, str) else {}
        return session.request(method, base + path, headers=headers, **given)


def own_session(server: Server, run: str) -> requests.Session:
    """A session of the run's own account, as its engine finds it."""
    directory = RunDirectory(server.data / "runs" / run.rpartition("/")[2])
    session = server.session(None)
    runs.until(lambda: read_credentials(directory))
    account = read_credentials(directory)[0]
    session.auth = (account.username, account.password)
    return session


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    engine = shlex.join(fakes.command("NeverEnds"))
    where = tmp_path_factory.mktemp("permissions")
    with running(where, run_limit=10_000, engine_command=engine) as server:
        for name in PEOPLE.keys() - {"alice", "bob", "admin"}:
            server.add_user(name)
        world = World(server)
        yield world
        for run in (world.run, world.other_run):
            assert world.sessions["alice"].delete(run).status_code == 204
        assert "Traceback" not in server.log()


@pytest.mark.parametrize(("rule", "method"), resources())
def test_people_may_what_they_were_allowed(world: World, rule: str, method: str) -> None:
    level = needed(rule, method)
    for name, session in world.sessions.items():
        answer = world.ask(session, rule, method)
        if level == PUBLIC or name in MAY[level]:
            assert answer.status_code != 401
            assert answer.text not in TEXTS, name
        elif level == SUPERUSER:
            assert answer.status_code == 403, name
        elif PEOPLE[name] == "none":
            assert (answer.status_code, answer.text) == (404, UNKNOWN), name
        else:
            assert (answer.status_code, answer.text) == (403, REFUSED[level]), name


@pytest.mark.parametrize(("rule", "method"), resources())
def test_nobody_gets_only_what_is_public(world: World, rule: str, method: str) -> None:
    answer = world.ask(world.server.session(None), rule, method)
    if needed(rule, method) == PUBLIC:
        assert answer.status_code not in (401, 403)
    else:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="tavernaserver"'


@pytest.mark.parametrize(("rule", "method"), resources())
def test_run_itself_gets_to_its_files_and_interactions(
    world: World, rule: str, method: str
) -> None:
    answer = world.ask(world.itself, rule, method)
    if needed(rule, method) == PUBLIC or OF_THE_RUN_ITSELF.fullmatch(rule):
        assert answer.status_code != 401
        assert answer.text not in TEXTS
    else:
        assert (answer.status_code, answer.text) == (403, DENIED)


@pytest.mark.parametrize(("rule", "method"), resources())
def test_run_itself_gets_to_no_other_run(world: World, rule: str, method: str) -> None:
    if needed(rule, method) != PUBLIC:
        answer = world.ask(world.other_itself, rule, method)
        assert (answer.status_code, answer.text) == (403, DENIED)


@pytest.mark.parametrize(("rule", "method"), resources(of_this_face=False))
def test_run_itself_has_no_business_at_other_faces(world: World, rule: str, method: str) -> None:
    assert world.ask(world.itself, rule, method).status_code == 403


@pytest.mark.parametrize("rule", [rule for rule, method in resources() if method == "GET"])
def test_head_is_refused_as_get(world: World, rule: str) -> None:
    everybody = [*world.sessions.values(), world.itself, world.server.session(None)]
    for session in everybody:
        head, got = (world.ask(session, rule, method) for method in ("HEAD", "GET"))
        assert head.status_code == got.status_code


def test_lists_show_what_may_be_read(world: World) -> None:
    """A superuser's list has what the ordinary rules give (protocol dossier 2.3)."""
    listed = {
        name: world.run in session.get(f"{world.server.rest}/runs").text
        for name, session in world.sessions.items()
    }
    assert listed == {name: name in MAY[READ] - {"admin"} for name in PEOPLE}
