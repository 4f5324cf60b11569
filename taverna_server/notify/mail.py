"""Messages by e-mail, handed to the SMTP server of the configuration."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr

from taverna_server.config import Config
from taverna_server.errors import NotDelivered
from taverna_server.model.events import Message
from taverna_server.notify.addresses import mailbox, name_of

SECONDS = 20
"""To connect, and for each answer of the SMTP server."""
_FOR_GOOD = range(500, 600)


def send_mail(config: Config, messages: Sequence[Message]) -> None:
    """One mail with all of them.

    Raises:
        NotDelivered: for good when the SMTP server refuses it with a code of 500 or more.
        BadRequest: the address is none.
    """
    mail = compose(config, messages)
    try:
        with _connected(config) as server:
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise NotDelivered(f"{code} {_text(words)}", for_good=code in _FOR_GOOD) from error
    except smtplib.SMTPAuthenticationError as error:  # may be put right
        raise NotDelivered(f"the SMTP server does not know us: {error.smtp_code}") from error
    except smtplib.SMTPResponseException as error:
        answer = f"{error.smtp_code} {_text(error.smtp_error)}"
        raise NotDelivered(answer, for_good=error.smtp_code in _FOR_GOOD) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error


def compose(config: Config, messages: Sequence[Message]) -> EmailMessage:
    """The mail. Sent twice, after a crash, it has the same ``Message-ID``."""
    first, others = messages[0], len(messages) - 1
    sender = config.mail_from or f"taverna-server@{make_msgid().strip('<>').partition('@')[2]}"
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = mailbox(first.address)
    mail["Subject"] = _line(first.subject) + (f" (and {others} more)" if others else "")
    mail["Date"] = format_datetime(first.created)
    mail["Message-ID"] = f"<{name_of(messages)}@{parseaddr(sender)[1].partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(message.body for message in messages) + "\n")
    return mail


def _connected(config: Config) -> smtplib.SMTP:
    place, security = (config.smtp_host, config.smtp_port), config.smtp_security
    if security == "tls":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(*place, timeout=SECONDS)
    try:
        if security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if config.smtp_user:
            server.login(config.smtp_user, config.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _line(words: str) -> str:
    """Without line ends: a subject is no place for further headers."""
    return " ".join(words.split())


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
