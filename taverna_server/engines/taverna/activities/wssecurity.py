"""WS-Security: a user name and a password in the head of a SOAP message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lxml import etree

from taverna_server.data.credentials import EngineCredential

TOKENS = {
    "WSSecurityUsernameTokenPlainTextPassword": (False, False),
    "WSSecurityUsernameTokenDigestPassword": (True, False),
    "WSSecurityTimestampUsernameTokenPlainTextPassword": (False, True),
    "WSSecurityTimestampUsernameTokenDigestPassword": (True, True),
}
"""By profile: whether the password is sent as a digest, and whether with a time stamp."""
_LIFETIME = timedelta(minutes=5)


def add_token(envelope: etree._Element, login: EngineCredential, profile: str) -> None:
    """Say who we are, in the way of a profile."""
    from zeep.wsse.username import UsernameToken

    digest, stamped = TOKENS[profile]
    token = UsernameToken(  # type: ignore[no-untyped-call]  # typed only in part
        login.username,
        login.password,
        use_digest=digest,
        timestamp_token=_time_stamp() if stamped else None,
        zulu_timestamp=True,
    )
    token.apply(envelope, {})  # type: ignore[no-untyped-call]


def _time_stamp() -> etree._Element:
    from zeep.wsse.utils import WSU

    now = datetime.now(UTC)
    created, expires = (f"{time:%Y-%m-%dT%H:%M:%SZ}" for time in (now, now + _LIFETIME))
    stamp: etree._Element = WSU.Timestamp(WSU.Created(created), WSU.Expires(expires))
    return stamp
