"""A time stamp authority that shares no code with ours: OpenSSL behind a small HTTP server.

``openssl ts -reply`` makes every token. The certificates come from a CA made here, whose
revocation list or OCSP answers (``openssl ocsp``) the same server publishes.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

POLICY = "1.3.6.1.4.1.13762.3"
Reply = tuple[int, dict[str, str], bytes]
CONFIGURATION = f"""
[tsa]
default_tsa = one
[one]
serial = {{folder}}/serial
crypto_device = builtin
signer_cert = {{folder}}/tsa.pem
certs = {{folder}}/chain.pem
signer_key = {{folder}}/tsa.key
signer_digest = sha256
default_policy = {POLICY}
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """Keys and certificates in a folder, and the requests received."""

    folder: Path
    root: x509.Certificate
    root_key: rsa.RSAPrivateKey
    stamp: x509.Certificate
    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    answer: Callable[[bytes], Reply] | None = None  # None: OpenSSL's answer, unchanged

    def token(self, question: bytes) -> bytes:
        """OpenSSL's answer to an RFC 3161 request."""
        query, reply = self.folder / "query.tsq", self.folder / "reply.tsr"
        query.write_bytes(question)
        openssl(
            "ts", "-reply", "-config", self.folder / "tsa.cnf", "-section", "one",
            "-queryfile", query, "-out", reply,
        )  # fmt: skip
        return reply.read_bytes()

    def crl(self, *revoked: x509.Certificate, now: datetime | None = None) -> bytes:
        """The root's list, DER."""
        moment = now or datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.subject)
            .last_update(moment - timedelta(hours=1))
            .next_update(moment + timedelta(days=7))
            .add_extension(_key_of(self.root_key), critical=False)
            .add_extension(x509.CRLNumber(1), critical=False)
        )
        for each in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(each.serial_number)
                .revocation_date(moment - timedelta(minutes=30))
                .build()
            )
        return builder.sign(self.root_key, hashes.SHA256()).public_bytes(Encoding.DER)

    def ocsp(self, question: bytes) -> bytes:
        """OpenSSL's answer as an OCSP responder for this CA: all its certificates are good."""
        query, answer = self.folder / "query.ocsp", self.folder / "answer.ocsp"
        index = self.folder / "index.txt"
        ends = self.stamp.not_valid_after_utc.strftime("%y%m%d%H%M%SZ")
        serial = f"{self.stamp.serial_number:X}"
        serial = serial.rjust(len(serial) + len(serial) % 2, "0")
        name = "/" + "/".join(
            f"{each.rfc4514_attribute_name}={each.value}" for each in self.stamp.subject
        )
        index.write_text(f"V\t{ends}\t\t{serial}\tunknown\t{name}\n")
        query.write_bytes(question)
        openssl(
            "ocsp", "-index", index, "-CA", self.folder / "root.pem",
            "-rsigner", self.folder / "root.pem", "-rkey", self.folder / "root.key",
            "-reqin", query, "-respout", answer, "-ndays", "1",
        )  # fmt: skip
        return answer.read_bytes()


def openssl(*arguments: Any) -> None:
    """Run it; fails with its output."""
    done = subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def running(
    folder: Path,
    *,
    name: str = "Een andere dienst",
    starts: datetime | None = None,
    ends: datetime | None = None,
    revocation: str = "crl",
) -> Iterator[Authority]:
    """An authority that answers over HTTP until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    url = f"http://127.0.0.1:{server.server_port}"
    authority = _made(folder, name, url, starts, ends, revocation)
    authority.url = f"{url}/tsr"
    server.RequestHandlerClass = _handler(authority)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(authority: Authority) -> type[BaseHTTPRequestHandler]:
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            with one_at_a_time:
                if self.path == "/ocsp":
                    authority.fetched.append(self.path)
                    return self._send(200, {}, authority.ocsp(question))
                authority.asked.append({k.lower(): v for k, v in self.headers.items()})
                if authority.answer is not None:
                    return self._send(*authority.answer(question))
                headers = {"Content-Type": "application/timestamp-reply"}
                return self._send(200, headers, authority.token(question))

        def do_GET(self) -> None:
            authority.fetched.append(self.path)
            found = authority.folder / self.path.strip("/")
            if found.is_file():
                return self._send(200, {}, found.read_bytes())
            return self._send(404, {}, b"")

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    return Handler


@cache
def _keys(name: str) -> list[rsa.RSAPrivateKey]:
    """Of its root and of its stamps. Generating them takes a tenth of a second each."""
    return [rsa.generate_private_key(65537, 2048) for _ in range(2)]


def _made(
    folder: Path,
    name: str,
    url: str,
    starts: datetime | None,
    ends: datetime | None,
    revocation: str,
) -> Authority:
    now = datetime.now(UTC)
    root_key, key = _keys(name)
    root_name = _name(f"{name} wortel")
    root = (
        _builder(root_name, root_name, root_key, root_key, now, now + timedelta(days=7300))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    begun, ended = starts or now, ends or now + timedelta(days=3650)
    builder = (
        _builder(_name(f"{name} 1"), root_name, key, root_key, begun, ended)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    )
    if revocation == "crl":
        address = x509.UniformResourceIdentifier(f"{url}/root.crl")
        point = x509.DistributionPoint([address], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    elif revocation == "ocsp":
        responder = x509.UniformResourceIdentifier(f"{url}/ocsp")
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, responder)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    stamp = builder.sign(root_key, hashes.SHA256())
    made = Authority(folder, root, root_key, stamp)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "tsa.pem").write_bytes(stamp.public_bytes(Encoding.PEM))
    (folder / "chain.pem").write_bytes(root.public_bytes(Encoding.PEM))
    for file, one in (("root.key", root_key), ("tsa.key", key)):
        pem = one.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / file).write_bytes(pem)
    (folder / "root.crl").write_bytes(made.crl())
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))
    return made


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    issuer_key: rsa.RSAPrivateKey,
    starts: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts - timedelta(hours=2))
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_key_of(issuer_key), critical=False)
    )


def _key_of(key: rsa.RSAPrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(**uses: bool) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: uses.get(name, False) for name in names})
