"""A certificate authority of the tests, and what it certifies."""

from __future__ import annotations

import datetime
import ssl
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)


@dataclass
class Authority:
    """Signs for a name; files lie in a folder."""

    folder: Path

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def certificate(self) -> bytes:
        """Its own certificate as PEM."""
        return self._signed("Test Authority", self._key.public_key()).public_bytes(Encoding.PEM)

    def pem(self, name: str) -> bytes:
        """A new private key and the certificate for it."""
        key = ec.generate_private_key(ec.SECP256R1())
        text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return text + self._signed(name, key.public_key()).public_bytes(Encoding.PEM)

    def store(self, name: str, password: str) -> bytes:
        """The same in a PKCS #12 file, under its name."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(name, key.public_key())
        hidden = BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, None, hidden)

    def server(
        self, asks_for_certificates: bool = False, host: str = "localhost"
    ) -> ssl.SSLContext:
        """For a service on a host."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (self.folder / "server.pem").write_bytes(self.pem(host))
        context.load_cert_chain(self.folder / "server.pem")
        if asks_for_certificates:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=self.certificate.decode())
        return context

    def _signed(self, name: str, key: ec.EllipticCurvePublicKey) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        ours = key == self._key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name("Test Authority"))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + _DAY)
            .add_extension(x509.BasicConstraints(ca=ours, path_length=None), critical=True)
        )
        if not ours:
            host = x509.SubjectAlternativeName([x509.DNSName(name)])
            builder = builder.add_extension(host, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
