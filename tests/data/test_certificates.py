from __future__ import annotations

import contextlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import given
from hypothesis import strategies as st

from taverna_server.data.certificates import as_pem, name_of, read_certificates
from taverna_server.errors import InvalidCredential
from tests.keys import certificate, der, pem

ONE, OTHER = certificate(CN="one"), certificate(CN="other")
FORMS = {
    "PEM": pem(ONE) + b"words in between\n" + pem(OTHER),
    "DER": der(ONE) + der(OTHER),
    "PKCS7 DER": pkcs7.serialize_certificates([ONE, OTHER], Encoding.DER),
    "PKCS7 PEM": pkcs7.serialize_certificates([ONE, OTHER], Encoding.PEM),
}


@pytest.mark.parametrize("form", FORMS)
def test_several_certificates_are_read_in_every_form(form: str) -> None:
    assert set(read_certificates(FORMS[form])) == {ONE, OTHER}


@pytest.mark.parametrize("file_type", ["X.509", "X509", "x509"])
def test_type_has_several_names(file_type: str) -> None:
    assert read_certificates(der(ONE), file_type) == [ONE]


def test_other_types_are_refused() -> None:
    with pytest.raises(InvalidCredential, match="PGP not found"):
        read_certificates(der(ONE), "PGP")


@pytest.mark.parametrize("content", [b"", b"x", b"no certificate", der(ONE)[:-1], der(ONE) + b"x"])
def test_what_is_no_certificate_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidCredential, match="that credential is invalid"):
        read_certificates(content)


@given(st.integers(0, len(der(ONE)) - 1), st.binary(max_size=8))
def test_damaged_certificate_is_never_more_than_invalid(place: int, put: bytes) -> None:
    with contextlib.suppress(InvalidCredential):
        read_certificates(der(ONE)[:place] + put + der(ONE)[place + 4 :])


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ({"O": "Org", "OU": "Unit", "CN": "host"}, "host"),
        ({"O": "Org", "OU": "Unit"}, "Unit"),
        ({"O": "Org", "L": "Town"}, "Org"),
        ({"L": "Town"}, "none"),
    ],
)
def test_name_is_the_most_exact_there_is(subject: dict[str, str], name: str) -> None:
    assert name_of(certificate(**subject)) == name


def test_pem_reads_back() -> None:
    assert read_certificates(as_pem([ONE, OTHER])) == [ONE, OTHER]
