"""Two people and a run: shared for reading, updating, destroying, and no longer."""

from __future__ import annotations

import requests

from tests.live import runs
from tests.live.server import Server

UNKNOWN = (404, "unknown run UUID")


def share(alice: requests.Session, run: str, word: str) -> None:
    """As the gem does."""
    body = f"""<r:permissionUpdate xmlns:r="http://ns.taverna.org.uk/2010/xml/server/rest/">
      <r:userName>bob</r:userName><r:permission>{word}</r:permission></r:permissionUpdate>"""
    answer = alice.post(f"{run}/security/permissions", data=body, headers=runs.XML)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{run}/security/permissions/bob"


def said(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.text


def is_listed(server: Server, session: requests.Session, run: str) -> bool:
    return run in session.get(f"{server.rest}/runs").text


def test_stranger_cannot_tell_the_run_from_none(bob: requests.Session, run: str) -> None:
    none = run[:-12] + "0" * 12
    for path in ("", "/status", "/wd", "/security", "/security/permissions"):
        ours, nowhere = bob.get(run + path), bob.get(none + path)
        assert said(ours) == said(nowhere) == UNKNOWN
        same = {"Content-Type", "Content-Length"}
        assert {n: ours.headers[n] for n in same} == {n: nowhere.headers[n] for n in same}


def test_run_is_shared_step_by_step_and_taken_back(
    server: Server, alice: requests.Session, bob: requests.Session
) -> None:
    run = runs.create(alice, server)
    assert not is_listed(server, bob, run)

    share(alice, run, "read")
    assert is_listed(server, bob, run)
    assert bob.get(f"{run}/status").text == "Initialized"
    assert bob.put(f"{run}/name", data="bob's").status_code == 403
    assert bob.put(f"{run}/wd/in.txt", data="x").status_code == 403
    assert bob.delete(run).status_code == 403

    share(alice, run, "update")
    assert bob.put(f"{run}/name", data="bob's").text == "bob's"
    assert bob.put(f"{run}/wd/in.txt", data="x").status_code == 201
    runs.set_echo_inputs(bob, run)
    runs.start(bob, run)
    runs.wait(bob, run)
    assert bob.get(f"{run}/wd/out/OUT").text == "drink me"
    assert said(bob.put(f"{run}/expiry", data="2099-01-01T00:00:00Z"))[0] == 403
    assert said(bob.get(f"{run}/security")) == (403, "not permitted; not the owner")

    assert alice.delete(f"{run}/security/permissions/bob").status_code == 204
    assert said(bob.get(run)) == said(bob.put(f"{run}/name", data="x")) == UNKNOWN
    assert not is_listed(server, bob, run)

    share(alice, run, "destroy")
    assert bob.put(f"{run}/expiry", data="2099-01-01T00:00:00Z").status_code == 200
    assert bob.delete(run).status_code == 204
    assert said(alice.get(run)) == UNKNOWN


def test_reader_copies_an_output_and_updates_only_his_own(
    server: Server, alice: requests.Session, bob: requests.Session, finished: str
) -> None:
    mine = runs.create(bob, server)
    reference = {"runInput": {"reference": f"{finished}/wd/out/OUT"}}
    assert bob.put(f"{mine}/input/input/IN", json=reference).status_code == 400
    share(alice, finished, "read")
    assert bob.put(f"{mine}/input/input/IN", json=reference).status_code == 200
    target = runs.create(alice, server)
    share(alice, target, "read")
    assert bob.put(f"{target}/input/input/IN", json=reference).status_code == 403
    share(alice, finished, "none")
    for address, owner in ((mine, bob), (target, alice)):
        assert owner.delete(address).status_code == 204


def test_sharing_works_while_a_run_operates_and_after(
    alice: requests.Session, bob: requests.Session, finished: str
) -> None:
    share(alice, finished, "read")
    assert bob.get(f"{finished}/output", headers={"Accept": "application/json"}).status_code == 200
    share(alice, finished, "none")
    assert said(bob.get(finished)) == UNKNOWN


def test_disabled_account_is_nobody_also_where_it_was_shared(
    server: Server, alice: requests.Session, run: str
) -> None:
    server.add_user("carol")
    carol = server.session("carol")
    assert alice.put(f"{run}/security/permissions/carol", data="read").text == "read"
    assert carol.get(run).status_code == 200
    server.command("user", "disable", "carol")
    for path in (run, f"{server.rest}/runs", f"{server.rest}/"):
        answer = carol.get(path)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
