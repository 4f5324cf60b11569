import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from taverna_server.config import Config
from taverna_server.errors import NotDelivered
from taverna_server.model.events import Message
from taverna_server.notify import deliver, public_key
from tests.receivers import Hook

Make = Callable[..., Message]


@pytest.fixture
def config(hook: Hook, tmp_path: Path) -> Config:
    return Config(data=tmp_path, webhook_targets=(hook.url,), public_url="https://t.example.org")


def test_post_arrives(config: Config, hook: Hook, message: Make) -> None:
    deliver(config, [message(address=f"{hook.url}/a?b=c")])
    ((path, headers, _),) = hook.requests
    ((event,),) = hook.events()
    assert (path, headers["content-type"]) == ("/a?b=c", "application/json")
    assert (event["id"], event["exitCode"], event["text"]) == ("finish.1", 0, "It is done.")
    assert event["run"]["href"] == "https://t.example.org/rest/runs/r"


def test_signature_is_ours_and_of_this_body(config: Config, hook: Hook, message: Make) -> None:
    deliver(config, [message(address=hook.url)])
    ((_, headers, body),) = hook.requests
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key(config)))
    version, _, signature = headers["webhook-signature"].partition(",")
    begin = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
    assert version == "v1a"
    key.verify(base64.b64decode(signature), begin + body)
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(signature), begin + body + b" ")


def test_several_go_as_one_of_another_name(config: Config, hook: Hook, message: Make) -> None:
    deliver(config, [message(address=hook.url, event_id=name) for name in ("1", "2")])
    assert [event["id"] for event in hook.events()[0]] == ["1", "2"]
    assert hook.requests[0][1]["webhook-id"] not in ("1", "2")


@pytest.mark.parametrize(
    ("status", "for_good"), [(500, False), (429, False), (404, True), (302, True)]
)
def test_refusal_says_whether_to_try_again(
    config: Config, hook: Hook, message: Make, status: int, for_good: bool
) -> None:
    hook.statuses = [status]
    with pytest.raises(NotDelivered, match=f"answered {status}") as caught:
        deliver(config, [message(address=hook.url)])
    assert caught.value.for_good == for_good
    assert len(hook.requests) == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254"])
def test_private_addresses_are_never_asked(tmp_path: Path, message: Make, host: str) -> None:
    config = Config(data=tmp_path, webhook_targets=("*",))
    with pytest.raises(NotDelivered, match="private network") as caught:
        deliver(config, [message(address=f"https://{host}/")])
    assert caught.value.for_good


def test_server_without_tls_gets_nothing_by_https(
    tmp_path: Path, hook: Hook, message: Make
) -> None:
    address = hook.url.replace("http:", "https:")
    config = Config(data=tmp_path, webhook_targets=(address,))
    with pytest.raises(NotDelivered, match="SSLError"):
        deliver(config, [message(address=address)])
    assert hook.requests == []
