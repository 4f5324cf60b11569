"""``/rest/runs/{id}/security``: the owner's alone (protocol dossier 10).

Credentials come in with their secrets and leave without: an answer has no
``password`` and no ``unlockPassword``, and ``credentialBytes`` is empty.
"""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response

from taverna_server.errors import BadRequest
from taverna_server.model import credentials as model
from taverna_server.model.identity import Permission
from taverna_server.representations import security as documents
from taverna_server.representations.common import Link
from taverna_server.rest import received
from taverna_server.rest.operations import answers, offers, reads
from taverna_server.rest.responses import created, document, nothing, text
from taverna_server.serving import bodies
from taverna_server.serving.context import caller, manager
from taverna_server.serving.links import run_url
from taverna_server.serving.negotiation import TEXT

blueprint = Blueprint("security", __name__, url_prefix="/runs/<run_id>/security")


@blueprint.get("")
@offers(documents.SecurityDescriptor)
def get_security(run_id: str) -> Response:
    """Who owns the run, with links."""
    owner = manager().owned_run(caller(), run_id).owner
    described = {
        "owner": owner,
        "permissions": Link(run_url(run_id, "security", "permissions")),
        "credentials": {
            "href": run_url(run_id, "security", "credentials"),
            "credential": _credentials(run_id),
        },
        "trusts": {"href": run_url(run_id, "security", "trusts"), "trust": _trusts(run_id)},
    }
    return document(documents.SecurityDescriptor, described)


@blueprint.get("/owner")
@offers(TEXT)
def get_owner(run_id: str) -> Response:
    """The account that made the run."""
    return text(manager().owned_run(caller(), run_id).owner)


@blueprint.get("/permissions")
@offers(documents.PermissionsDescriptor)
def get_permissions(run_id: str) -> Response:
    """What others may."""
    entries = [
        {
            "href": run_url(run_id, "security", "permissions", user),
            "user_name": user,
            "permission": level.word,
        }
        for user, level in manager().permissions(caller(), run_id).items()
    ]
    return document(documents.PermissionsDescriptor, {"permission": entries})


@blueprint.post("/permissions")
@reads(documents.PermissionUpdate)
@answers(201)
def post_permission(run_id: str) -> Response:
    """Let somebody read, update or destroy the run."""
    manager().owned_run(caller(), run_id)
    wanted = received.received(documents.PermissionUpdate)
    user = wanted["user_name"]
    manager().set_permission(caller(), run_id, user, Permission[wanted["permission"].upper()])
    return created(run_url(run_id, "security", "permissions", user))


@blueprint.get("/permissions/<user>")
@offers(TEXT)
def get_permission(run_id: str, user: str) -> Response:
    """What this user may."""
    return text(manager().permission_of(caller(), run_id, user).word)


@blueprint.put("/permissions/<user>")
@reads(TEXT)
@offers(TEXT)
def put_permission(run_id: str, user: str) -> Response:
    """Change what this user may."""
    manager().owned_run(caller(), run_id)
    wanted = _level(bodies.text())
    return text(manager().set_permission(caller(), run_id, user, wanted).word)


@blueprint.delete("/permissions/<user>")
@answers(204)
def delete_permission(run_id: str, user: str) -> Response:
    """Take back what this user may."""
    manager().remove_permission(caller(), run_id, user)
    return nothing()


@blueprint.get("/credentials")
@offers(documents.Credentials)
def get_credentials(run_id: str) -> Response:
    """The credentials, without their secrets."""
    return document(documents.Credentials, {"credential": _credentials(run_id)})


@blueprint.post("/credentials")
@reads(documents.Credential)
@answers(201)
def post_credential(run_id: str) -> Response:
    """A credential for a service, before the start."""
    manager().owned_run(caller(), run_id)
    given = _read_credential(str(uuid.uuid4()))
    manager().set_credential(caller(), run_id, given)
    return created(run_url(run_id, "security", "credentials", given.id))


@blueprint.delete("/credentials")
@answers(204)
def delete_credentials(run_id: str) -> Response:
    """Forget all credentials."""
    manager().remove_credentials(caller(), run_id)
    return nothing()


@blueprint.get("/credentials/<credential>")
@offers(documents.Credential)
def get_credential(run_id: str, credential: str) -> Response:
    """One credential, without its secrets."""
    return _credential(run_id, manager().credential(caller(), run_id, credential))


@blueprint.put("/credentials/<credential>")
@reads(documents.Credential)
@offers(documents.Credential)
def put_credential(run_id: str, credential: str) -> Response:
    """Replace a credential."""
    manager().owned_run(caller(), run_id)
    given = _read_credential(credential)
    return _credential(run_id, manager().set_credential(caller(), run_id, given))


@blueprint.delete("/credentials/<credential>")
@answers(204)
def delete_credential(run_id: str, credential: str) -> Response:
    """Forget a credential."""
    manager().remove_credentials(caller(), run_id, credential)
    return nothing()


@blueprint.get("/trusts")
@offers(documents.TrustedIdentities)
def get_trusts(run_id: str) -> Response:
    """The certificates that the run trusts."""
    return document(documents.TrustedIdentities, {"trust": _trusts(run_id)})


@blueprint.post("/trusts")
@reads(documents.TrustedIdentity)
@answers(201)
def post_trust(run_id: str) -> Response:
    """Trust a certificate, before the start."""
    manager().owned_run(caller(), run_id)
    given = _read_trust(str(uuid.uuid4()))
    manager().set_trust(caller(), run_id, given)
    return created(run_url(run_id, "security", "trusts", given.id))


@blueprint.delete("/trusts")
@answers(204)
def delete_trusts(run_id: str) -> Response:
    """Forget all of them."""
    manager().remove_trusts(caller(), run_id)
    return nothing()


@blueprint.get("/trusts/<trust>")
@offers(documents.TrustedIdentity)
def get_trust(run_id: str, trust: str) -> Response:
    """One trusted certificate."""
    found = manager().trust(caller(), run_id, trust)
    return document(documents.TrustedIdentity, _described_trust(run_id, found))


@blueprint.put("/trusts/<trust>")
@reads(documents.TrustedIdentity)
@offers(documents.TrustedIdentity)
def put_trust(run_id: str, trust: str) -> Response:
    """Replace a trusted certificate."""
    manager().owned_run(caller(), run_id)
    kept = manager().set_trust(caller(), run_id, _read_trust(trust))
    return document(documents.TrustedIdentity, _described_trust(run_id, kept))


@blueprint.delete("/trusts/<trust>")
@answers(204)
def delete_trust(run_id: str, trust: str) -> Response:
    """Forget a trusted certificate."""
    manager().remove_trusts(caller(), run_id, trust)
    return nothing()


def _level(word: str) -> Permission:
    for level in Permission:
        if level.word == word.strip().lower():
            return level
    words = ", ".join(level.word for level in Permission)
    raise BadRequest(f"unknown permission '{word.strip()[:40]}': it is one of {words}")


def _read_credential(id: str) -> model.Credential:
    content = received.received(documents.Credential)["content"]
    given = {name: value for name, value in content.items() if name != "href"}
    given.setdefault("service_uri", "")
    if given["kind"] == model.USERPASS:
        return model.UserPass(id, **{"username": "", **given})
    return model.KeyPair(id, **given)


def _read_trust(id: str) -> model.Trust:
    given = received.received(documents.TrustedIdentity)
    kept = ("certificate_bytes", "certificate_file", "file_type")
    return model.Trust(
        id, **{"certificate_bytes": b"", **{k: given[k] for k in kept if k in given}}
    )


def _credential(run_id: str, found: model.Credential) -> Response:
    return document(documents.Credential, {"content": _described_credential(run_id, found)})


def _credentials(run_id: str) -> list[dict[str, Any]]:
    found = manager().credentials(caller(), run_id)
    return [{"content": _described_credential(run_id, item)} for item in found]


def _described_credential(run_id: str, item: model.Credential) -> dict[str, Any]:
    described: dict[str, Any] = {
        "kind": item.kind,
        "href": run_url(run_id, "security", "credentials", item.id),
    }
    if item.service_uri:
        described["service_uri"] = item.service_uri
    if isinstance(item, model.UserPass):
        return described | {"username": item.username}
    if item.credential_file is not None:
        described["credential_file"] = item.credential_file
    return described | {
        "credential_name": item.credential_name,
        "file_type": item.file_type,
        "credential_bytes": b"",
    }


def _trusts(run_id: str) -> list[dict[str, Any]]:
    return [_described_trust(run_id, it) for it in manager().trusts(caller(), run_id)]


def _described_trust(run_id: str, item: model.Trust) -> dict[str, Any]:
    described: dict[str, Any] = {
        "href": run_url(run_id, "security", "trusts", item.id),
        "file_type": item.file_type,
        "server_name": list(item.server_name),
    }
    if item.certificate_file is not None:
        return described | {"certificate_file": item.certificate_file}
    return described | {"certificate_bytes": item.certificate_bytes}
