"""Who may do what with a run, and what it may do elsewhere (protocol dossier 10)."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import fields

from taverna_server.model.identity import Permission
from taverna_server.representations.binding import (
    REST,
    TS,
    XLINK,
    Choice,
    Document,
    attribute,
    element,
)
from taverna_server.representations.common import Versioned, link
from taverna_server.representations.texts import Base64, Uri, Word

PERMISSION_WORDS = tuple(permission.word for permission in Permission)


class UserPass(Document):
    """A name and a password for a service."""

    namespace = TS

    href = Uri(metadata=attribute(XLINK))
    service_uri = Uri(metadata=element(TS, "serviceURI"))
    username = fields.String(metadata=element(TS))
    password = fields.String(metadata=element(TS))


class KeyPair(Document):
    """A key in a key store, which is sent along or lies below ``wd``."""

    namespace = TS

    href = Uri(metadata=attribute(XLINK))
    service_uri = Uri(metadata=element(TS, "serviceURI"))
    credential_name = fields.String(metadata=element(TS))
    credential_file = fields.String(metadata=element(TS))
    file_type = fields.String(metadata=element(TS))
    unlock_password = fields.String(metadata=element(TS))
    credential_bytes = Base64(metadata=element(TS))


class CaGridProxy(KeyPair):
    """Named by the published interface but never given a form; taken like a key pair."""


def _kinds() -> Mapping[str, type[Document]]:
    return {"userpass": UserPass, "keypair": KeyPair, "cagridproxy": CaGridProxy}


class Credential(Document):
    """One credential: ``content`` has ``kind`` and the fields of that kind.

    A request may also be the inner element alone, as the Apache client sends it.
    """

    namespace = REST
    root = "credential"
    bare = "content"

    content = Choice(_kinds, metadata=element(TS))


class Credentials(Versioned):
    """GET of ``/security/credentials``."""

    namespace = REST
    root = "credentials"

    credential = fields.List(fields.Nested(Credential), metadata=element(REST))


class CredentialCollection(Document):
    """The credentials inside the security description."""

    namespace = REST

    href = Uri(required=True, metadata=attribute(XLINK))
    credential = fields.List(fields.Nested(Credential), metadata=element(REST))


class TrustedIdentity(Document):
    """A certificate to trust; ``server_name`` is found out by the server."""

    namespace = TS
    root = "trustedIdentity"

    href = Uri(metadata=attribute(XLINK))
    certificate_file = fields.String(metadata=element(TS))
    file_type = fields.String(metadata=element(TS))
    certificate_bytes = Base64(metadata=element(TS))
    server_name = fields.List(fields.String(), metadata=element(TS))


class TrustedIdentities(Versioned):
    """GET of ``/security/trusts``."""

    namespace = REST
    root = "trustedIdentities"

    trust = fields.List(fields.Nested(TrustedIdentity), metadata=element(REST))


class TrustCollection(Document):
    """The trusts inside the security description."""

    namespace = REST

    href = Uri(required=True, metadata=attribute(XLINK))
    trust = fields.List(fields.Nested(TrustedIdentity), metadata=element(REST))


class SecurityDescriptor(Versioned):
    """GET of ``/security``."""

    namespace = REST
    root = "securityDescriptor"

    owner = fields.String(required=True, metadata=element(REST))
    permissions = link(REST)
    credentials = fields.Nested(CredentialCollection, required=True, metadata=element(REST))
    trusts = fields.Nested(TrustCollection, required=True, metadata=element(REST))


class PermissionEntry(Document):
    """What one user may do."""

    namespace = REST

    href = Uri(required=True, metadata=attribute(XLINK))
    user_name = fields.String(required=True, metadata=element(REST))
    permission = Word(PERMISSION_WORDS, required=True, metadata=element(REST))


class PermissionsDescriptor(Document):
    """GET of ``/security/permissions``; users without permission are not listed."""

    namespace = REST
    root = "permissionsDescriptor"

    permission = fields.List(fields.Nested(PermissionEntry), metadata=element(REST))


class PermissionUpdate(Document):
    """POST on ``/security/permissions``."""

    namespace = REST
    root = "permissionUpdate"

    user_name = fields.String(required=True, metadata=element(REST))
    permission = Word(PERMISSION_WORDS, required=True, metadata=element(REST))
