"""Values of any size come with a form and go again while the server's memory stays what it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.player.api import WORKFLOWS, Player
from tests.live.server import Server, running
from tests.live.test_large_files import ALLOWED_GROWTH, PIECE, MemoryWatch

SIZE = 128 * 2**20
BOUNDARY = "large"


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"max_upload_size": SIZE + PIECE}
    with running(tmp_path_factory.mktemp("values"), **settings) as server:
        yield server


def part(name: str, rest: str = "") -> bytes:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{rest}\r\n\r\n'.encode()


def form(workflow: int, size: int) -> Iterator[bytes]:
    """One field after the other, as a browser sends them."""
    at = "run[inputs_attributes]"
    fields = {"run[workflow_id]": str(workflow), f"{at}[0][name]": "IN", f"{at}[1][name]": "WORDS"}
    for name, value in {**fields, f"{at}[1][value]": "[]"}.items():
        yield part(name) + value.encode() + b"\r\n"
    yield part(f"{at}[0][file]", '; filename="large.bin"')
    for number in range(size // PIECE):
        yield number.to_bytes(8, "big") + bytes(PIECE - 8)
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


def test_large_file_of_a_form_becomes_a_value(own_server: Server) -> None:
    """Dossier 1.14 and U8: streamed, with a limit."""
    alice = Player(own_server)
    workflow = alice.upload((WORKFLOWS / "echo.t2flow").read_bytes())
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    for _ in range(4):  # what every process loads once does not count
        small = alice.post("/runs", data=form(workflow, 4 * PIECE), headers=kind)
        alice.wait(small.json()["id"])
    with MemoryWatch(own_server) as memory:
        made = alice.post("/runs", data=form(workflow, SIZE), headers=kind)
        assert made.status_code == 201, made.text
        over = alice.wait(made.json()["id"])
        path = f"/runs/{over['id']}/output/OUT"
        with alice.session.get(alice.url + path, stream=True) as answer:
            length = sum(len(piece) for piece in answer.iter_content(PIECE))
    assert length == SIZE
    assert over["outputs"][0]["value_size"] == SIZE
    assert memory.growth < ALLOWED_GROWTH
    assert not list(Path(own_server.data).glob("tmp*"))
