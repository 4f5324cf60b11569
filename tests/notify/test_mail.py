from collections.abc import Callable

import pytest

from taverna_server.config import Config
from taverna_server.errors import NotDelivered
from taverna_server.model.events import Message
from taverna_server.notify import deliver
from tests.receivers import Mailboxes

Make = Callable[..., Message]
TO = "mailto:bob@example.org"


@pytest.fixture
def config(boxes: Mailboxes) -> Config:
    return Config(smtp_host="127.0.0.1", smtp_port=boxes.port, mail_from="Us <us@example.org>")


def test_mail_arrives(config: Config, boxes: Mailboxes, message: Make) -> None:
    deliver(config, [message(address=TO)])
    (mail,) = boxes.mails
    assert (mail["To"], mail["From"]) == ("bob@example.org", "Us <us@example.org>")
    assert (mail["Subject"], mail.get_content()) == ("Done", "It is done.\n")
    assert mail["Message-ID"] == "<finish.1@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_several_go_as_one(config: Config, boxes: Mailboxes, message: Make) -> None:
    deliver(config, [message(address=TO), message(address=TO, body="So is this.", event_id="2")])
    (mail,) = boxes.mails
    assert mail["Subject"] == "Done (and 1 more)"
    assert mail.get_content() == "It is done.\n\nSo is this.\n"


def test_subject_makes_no_headers(config: Config, boxes: Mailboxes, message: Make) -> None:
    deliver(config, [message(address=TO, subject="Done\r\nBcc: eve@example.org")])
    (mail,) = boxes.mails
    assert (mail["Subject"], mail["Bcc"]) == ("Done Bcc: eve@example.org", None)


def test_sender_has_a_default(boxes: Mailboxes, message: Make) -> None:
    config = Config(smtp_host="127.0.0.1", smtp_port=boxes.port)
    deliver(config, [message(address=TO)])
    assert boxes.mails[0]["From"].startswith("taverna-server@")


@pytest.mark.parametrize(("answer", "for_good"), [("451 later", False), ("550 never", True)])
def test_refusal_says_whether_to_try_again(
    config: Config, boxes: Mailboxes, message: Make, answer: str, for_good: bool
) -> None:
    boxes.answers = [answer]
    with pytest.raises(NotDelivered, match=answer) as caught:
        deliver(config, [message(address=TO)])
    assert caught.value.for_good == for_good


def test_silent_server_is_tried_again(message: Make) -> None:
    with pytest.raises(NotDelivered) as caught:
        deliver(Config(smtp_host="127.0.0.1", smtp_port=1), [message(address=TO)])
    assert not caught.value.for_good


def test_fabric_that_is_no_more_gives_up(message: Make) -> None:
    with pytest.raises(NotDelivered, match="no such fabric") as caught:
        deliver(Config(), [message(address=TO)])
    assert caught.value.for_good
