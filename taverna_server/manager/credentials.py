"""What is wrong with a credential or trust, found when it comes in (protocol dossier 10.4, 10.5).

Each check returns the thing as it is to be kept: files below ``wd`` are read
now, so that what runs is what was checked, and types that were not given are
filled in. All of them raise InvalidCredential.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from taverna_server.data import certificates, keystores
from taverna_server.data.paths import WorkDirectory
from taverna_server.errors import BadPath, InvalidCredential, UnknownEntry
from taverna_server.model.credentials import CAGRIDPROXY, Credential, KeyPair, Trust, UserPass

LARGEST_FILE = 20 * 1024
"""Of a key store or certificate below ``wd`` (protocol dossier 5.4)."""
LARGEST_SENT = 2**20
"""Of one that is sent along, which ends up in the database."""
LONGEST_ID = 100


def check_credential(given: Credential, place: WorkDirectory) -> Credential:
    """A login has an address and a name; of a key pair the key is there and can be used."""
    _check_id(given.id)
    _check_address(given.service_uri)
    if isinstance(given, UserPass):
        return _checked_login(given)
    given = replace(given, file_type=given.file_type.strip() or keystores.DEFAULT_TYPE)
    if given.kind == CAGRIDPROXY:
        return _with_bytes(given, place) if _has_store(given) else given
    return _checked_key(given, place)


def check_trust(given: Trust, place: WorkDirectory) -> Trust:
    """Certificates that can be read; whom they name is found out here."""
    _check_id(given.id)
    file_type = given.file_type.strip() or certificates.DEFAULT_TYPE
    content, file = _content(
        given.certificate_bytes, given.certificate_file, place, "certificateFile"
    )
    found = certificates.read_certificates(content, file_type)
    names = tuple(certificates.name_of(certificate) for certificate in found)
    return Trust(given.id, content, file, file_type, names)


def _checked_login(given: UserPass) -> UserPass:
    if not given.service_uri.strip():
        raise InvalidCredential("absent service URI")
    if not given.username.strip():
        raise InvalidCredential("absent or empty username")
    return given


def _checked_key(given: KeyPair, place: WorkDirectory) -> KeyPair:
    if not given.credential_name.strip():
        raise InvalidCredential("absent or empty credentialName")
    kept = _with_bytes(given, place)
    if not kept.unlock_password:
        raise InvalidCredential("absent or empty unlockPassword")
    pem = keystores.open_key_store(
        kept.credential_bytes, kept.file_type, kept.credential_name, kept.unlock_password
    )
    return replace(kept, pem=pem)


def _has_store(given: KeyPair) -> bool:
    return bool(given.credential_bytes or given.credential_file)


def _with_bytes(given: KeyPair, place: WorkDirectory) -> KeyPair:
    content, file = _content(given.credential_bytes, given.credential_file, place, "credentialFile")
    return replace(given, credential_bytes=content, credential_file=file)


def _content(
    sent: bytes, file: str | None, place: WorkDirectory, what: str
) -> tuple[bytes, str | None]:
    """The bytes sent, which make the file unimportant, or those of the file."""
    if len(sent) > LARGEST_SENT:
        raise InvalidCredential(f"longer than {LARGEST_SENT} bytes")
    if sent:
        return sent, None
    if not (file and file.strip()):
        raise InvalidCredential(f"absent or empty {what}")
    try:
        if place.entry(file).is_dir:
            raise InvalidCredential("not a file")
        stream, _ = place.open_file(file)
    except (BadPath, UnknownEntry) as error:
        raise InvalidCredential(str(error)) from error
    with stream:
        content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise InvalidCredential("20kB limit hit")
    return content, file


def _check_id(id: str) -> None:
    """Ids are ours or, on PUT, the client's."""
    if not id.isprintable() or len(id) > LONGEST_ID:
        raise InvalidCredential(f"its name has more than {LONGEST_ID} characters or odd ones")


def _check_address(uri: str) -> None:
    """One that the engine can compare with others."""
    try:
        urlsplit(uri).port  # noqa: B018  (reading it is the test)
    except ValueError as error:
        raise InvalidCredential("bad service URI") from error
