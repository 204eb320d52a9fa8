"""The generated secrets of the embedded S3 server, each file readable only by its owner.

Without ``security.toml``, SeaweedFS deletes what anybody on the machine requests through its filer
port or any gRPC port, despite Object Lock (seaweedfs issue 8393). With it, HTTP requires a token
signed with our key and gRPC a client certificate of ours.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.engines.object_store_identities import Credentials
from service.engines.private_files import write_private

TOKEN_KEYS = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
GRPC_PARTS = ("master", "volume", "filer", "s3", "admin", "worker", "msg_broker", "client")
YEARS = 30  # only used on this machine; the directory is deleted as a whole


def prepare_keys(directory: Path) -> Credentials:
    """The administrator's credentials of the store in ``directory``; created at first use."""
    certificate, key = directory / "grpc.crt", directory / "grpc.key"
    if not (certificate.exists() and key.exists()):
        _make_certificate(certificate, key)
    security = directory / "security.toml"
    if not security.exists():
        write_private(security, _security_file(certificate, key).encode())
    return _credentials(directory / "credentials.json")


def _credentials(path: Path) -> Credentials:
    if not path.exists():
        write_private(path, json.dumps(asdict(Credentials.new())).encode())
    return Credentials(**json.loads(path.read_text()))


def _security_file(certificate: Path, key: Path) -> str:
    lines = ["# Made by Zegel. Without this file anyone on this machine could delete the archive."]
    for name in TOKEN_KEYS:
        lines += [f"[{name}]", f'key = "{secrets.token_urlsafe(32)}"', "expires_after_seconds = 60"]
    lines += ["[access]", "ui = false", "[grpc]", f"ca = {json.dumps(str(certificate))}"]
    for part in GRPC_PARTS:
        lines += [
            f"[grpc.{part}]",
            f"cert = {json.dumps(str(certificate))}",
            f"key = {json.dumps(str(key))}",
        ]
    return "\n".join(lines) + "\n"


def _make_certificate(certificate: Path, key: Path) -> None:
    """One self-signed certificate that serves as authority, server and client."""
    # Loaded only at the first start, so that the long-running supervisor stays small.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "zegel-object-store")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(private, hashes.SHA256())
    )
    write_private(
        key,
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    write_private(certificate, made.public_bytes(serialization.Encoding.PEM))
