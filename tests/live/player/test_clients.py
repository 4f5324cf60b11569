"""The requests of the known clients of Taverna Player, header by header (dossier 3, X1 to X6).

Two generations of the Android app and a notebook module. What they do with the
answers is here as they do it: which keys they read, which types they cast to.
"""

from __future__ import annotations

import base64
import http.client
import io
import json
import time
import zipfile
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.live.player.api import OVER, WORKFLOWS, Player, example
from tests.live.server import Server, password

ECHO = (WORKFLOWS / "echo.t2flow").read_bytes()
LOGIN = base64.b64encode(f"alice:{password('alice')}".encode()).decode()
BASIC = {"Authorization": f"Basic {LOGIN}"}
GZIP = {"Accept-Encoding": "gzip", "Connection": "Keep-Alive"}
DALVIK = {"User-Agent": "Dalvik/2.1.0 (Linux; U; Android 5.0.1)", **GZIP}
OKHTTP = {"User-Agent": "okhttp/3.4.1", **GZIP}
JSON = {"Accept": "application/json", "Content-Type": "application/json"}
WEBVIEW = {
    "Upgrade-Insecure-Requests": "1",
    "User-Agent": "Mozilla/5.0 (Linux; Android 7.0; wv) Chrome/58.0 Mobile Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
    "Accept-Language": "en-US",
    "X-Requested-With": "org.apache.taverna.mobile",
}


def send(
    server: Server, method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Exactly these headers, and no redirect is followed."""
    place = urlsplit(server.url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    try:
        connection.request(method, path, body, {"Accept-Encoding": "identity", **headers})
        answer = connection.getresponse()
        content = answer.read()
        if answer.headers["Content-Encoding"] == "gzip":
            import gzip

            content = gzip.decompress(content)
        return answer.status, answer.headers, content
    finally:
        connection.close()


def read(server: Server, path: str, headers: dict[str, str]) -> Any:
    status, _, content = send(server, "GET", path, headers)
    assert status == 200, content
    return json.loads(content)


def wait(server: Server, path: str, headers: dict[str, str], over: tuple[str, ...] = OVER) -> Any:
    deadline = time.monotonic() + 60
    while (found := read(server, path, headers))["state"] not in over:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def mixed_base64(document: bytes) -> str:
    """URL-safe, with the minus sign put back and the underscore left, as both apps send it."""
    return base64.urlsafe_b64encode(document).decode().replace("-", "+")


def upload(server: Server, headers: dict[str, str], document: bytes = ECHO) -> int:
    uri = f"data:application/octet-stream;base64,{mixed_base64(document)}"
    body = json.dumps({"workflow": {"document": uri}}).encode()
    status, _, content = send(server, "POST", "/workflows.json", headers, body)
    assert status == 201, content
    number = json.loads(content)["id"]
    assert isinstance(number, int)
    return number


UPLOAD_15 = {
    **BASIC, **DALVIK, "Accept": "*/*", "Content-Type": "application/json",
    "Content-Encoding": "UTF-8",
}  # fmt: skip
UPLOAD_16 = {**BASIC, **OKHTTP, **JSON, "Content-Encoding": "UTF-8"}


def test_app_of_2015_runs_a_workflow(server: Server) -> None:
    """Check X2: the slash at the end, the second inputs_attributes, the poll without a login."""
    workflow = upload(server, UPLOAD_15)
    asking = {**BASIC, **DALVIK, "Accept": "application/json"}
    template = read(server, f"/runs/new?workflow_id={workflow}", asking)
    assert isinstance(template["run"]["name"], str)
    for given in template["run"]["inputs_attributes"]:
        given["value"] = "[a, b]" if given["name"] == "WORDS" else "typed"
    body = template | {"inputs_attributes": template["run"]["inputs_attributes"]}
    headers = {**asking, "Content-Type": "application/json"}
    status, _, content = send(server, "POST", "/runs/", headers, json.dumps(body).encode())
    assert status == 201, content
    made = json.loads(content)
    for key in ("id", "name", "state", "start_time", "finish_time", "inputs"):
        assert key in made
    polling = {**DALVIK, "Accept": "application/json"}
    over = wait(server, f"/runs/{made['id']}", polling)
    assert (over["state"], over["status_message"]) == ("finished", "Finished")
    assert over["outputs_zip"]
    assert over["log"]
    history = read(server, "/runs/", asking)
    for item in history:
        assert item["user"]["name"]
        assert isinstance(item["workflow_id"], int)
        assert item.keys() >= {"id", "name", "start_time", "finish_time", "state"}
    assert made["id"] in [item["id"] for item in history]


@pytest.mark.parametrize(("login", "status"), [(LOGIN, 406), ("YWxpY2U6bm8=", 401), (None, 401)])
def test_app_of_2016_signs_in(server: Server, login: str | None, status: int) -> None:
    """Check X1: 406 says that the login is right."""
    headers = {**OKHTTP, "Accept": "application/xml", "Content-Length": "0"}
    if login is not None:
        headers["Authorization"] = f"Basic {login}"
    answered, found, _ = send(server, "POST", "/users/sign_in", headers, b"")
    assert answered == status
    assert ("WWW-Authenticate" in found) == (status == 401)


def test_app_of_2016_shows_the_form_of_a_workflow(server: Server) -> None:
    """Check X1: what was put there with a login is looked at without one."""
    one_line = example("hello_world").replace(b"\n", b"")
    workflow = upload(server, UPLOAD_16, one_line)
    found = read(server, f"/runs/new?workflow_id={workflow}", {**OKHTTP, **JSON})
    assert isinstance(found["run"]["workflow_id"], int)


HEADERS = {"content-type": "application/json", "accept": "application/json"}


class Notebook:
    """The module as it was: ``%d`` for ids, plain concatenation for addresses."""

    def __init__(self, server: Server, base: str) -> None:
        self.server, self.base = server, base
        status, _, _ = send(server, "GET", base or "/", {"Accept-Encoding": "identity"})
        assert 200 <= status < 300

    def get(self, path: str) -> Any:
        return read(self.server, self.base + path, {**HEADERS, **BASIC})

    def run(self, workflow: int, **values: str) -> tuple[dict[str, Any], str]:
        """Outputs, and the log."""
        template = self.get(f"/runs/new?workflow_id={workflow:d}")["run"]
        said = {"workflow_id": workflow, "name": template["name"], "embedded": "true"}
        given = template.get("inputs_attributes", [])
        if given:
            said["inputs_attributes"] = [
                {"name": it["name"], "value": values.get(it["name"], it["value"])} for it in given
            ]
        body = json.dumps({"run": said}).encode()
        headers = {**HEADERS, **BASIC}
        status, _, content = send(self.server, "POST", f"{self.base}/runs", headers, body)
        assert status < 400, content
        number = json.loads(content)["id"]
        path = f"{self.base}/runs/{number:d}"
        over = wait(self.server, path, headers, ("finished", "cancelled"))
        return self.outputs(over["outputs_zip"]), self.fetch(over["log"]).decode()

    def fetch(self, path: str) -> bytes:
        headers = {**BASIC, "accept": "application/octet-stream"}
        status, _, content = send(self.server, "GET", self.base + path, headers)
        assert status == 200
        return content

    def outputs(self, path: str) -> dict[str, Any]:
        """Names with a dot are values, the others lists."""
        found: dict[str, Any] = {}
        with zipfile.ZipFile(io.BytesIO(self.fetch(path))) as archive:
            for member in archive.namelist():
                port, *steps = member.split("/")
                assert "." in member.rpartition("/")[2]
                content = archive.read(member).decode()
                if steps:
                    found.setdefault(port, {})[int(steps[0].partition(".")[0])] = content
                else:
                    found[port.partition(".")[0]] = content
        return found


@pytest.mark.parametrize("base", ["", "/"])
def test_notebook_runs_a_workflow(server: Server, base: str, echo: int) -> None:
    """Check X3: with and without a slash at the end of its address."""
    notebook = Notebook(server, base)
    for workflow in notebook.get("/workflows"):
        assert workflow["category"]
        assert workflow.keys() >= {"id", "description", "title"}
    outputs, log = notebook.run(echo, IN="in", WORDS="[x, y]")
    assert outputs == {"OUT": "in", "PAGES": {1: "x", 2: "y"}}
    assert log


def test_notebook_runs_a_workflow_without_inputs_or_outputs(
    server: Server, alice: Player, asking: int
) -> None:
    """Check X4; the workflow without inputs asks a question instead."""
    notify = (WORKFLOWS / "asking.t2flow").read_bytes().replace(b"TEMPLATE", b"notify")
    outputs, log = Notebook(server, "").run(alice.upload(notify))
    assert log
    assert isinstance(outputs, dict)


def test_early_notebook_fetches_each_output_by_its_path(
    server: Server, finished: dict[str, Any]
) -> None:
    """Check X5."""
    for port in finished["outputs"]:
        kind = port["value_type"]
        accept = kind if isinstance(kind, str) else kind[0]
        status, headers, _ = send(server, "GET", port["path"], {**BASIC, "Accept": accept})
        expected = accept if port["depth"] == 0 else "application/zip"
        assert (status, headers["Content-Type"]) == (200, expected)


def test_examples_of_the_published_page_work(server: Server, echo: int) -> None:
    """Check X6: an integer as a value, a list, one run, deletion."""
    headers = {**BASIC, **JSON}
    body = {
        "run": {
            "workflow_id": echo,
            "name": "My Run",
            "inputs_attributes": [{"name": "IN", "value": 15}, {"name": "WORDS", "value": []}],
        }
    }
    status, _, content = send(server, "POST", "/runs", headers, json.dumps(body).encode())
    made = json.loads(content)
    number = made["id"]
    assert status == 201
    expected = {
        "id": number, "name": "My Run", "workflow_id": echo, "state": "pending",
        "start_time": None, "finish_time": None,
    }  # fmt: skip
    assert expected.items() <= made.items()
    assert made["inputs"][0] == {
        "name": "IN", "depth": 0, "value_type": "text/plain", "value_size": None,
        "path": f"/runs/{number}/input/IN",
    }  # fmt: skip
    over = wait(server, f"/runs/{number}", headers)
    assert over["outputs"][0]["uri"] == f"/runs/{number}/output/OUT"
    summary = {key: over[key] for key in ("id", "name", "workflow_id", "state", "finish_time")}
    assert any(summary.items() <= item.items() for item in read(server, "/runs", headers))
    status, _, content = send(server, "DELETE", f"/runs/{number}", headers)
    assert (status, content) == (204, b"")


def test_webview_of_the_app_shows_a_page(server: Server) -> None:
    """Check X1: the nested form is there without a login."""
    workflow = upload(server, UPLOAD_16)
    status, _, content = send(server, "GET", f"/workflows/{workflow}/runs/new", WEBVIEW)
    assert (status, b"run[workflow_id]" in content) == (200, True)
