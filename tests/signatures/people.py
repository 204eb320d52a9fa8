"""A certification authority for persons, made only with OpenSSL, and persons with its
certificates."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from signatures.chains.plain import Material
from signatures.persons.signer_held import Challenge, PreparedAct, Reply, challenge_for

CONFIGURATION = """
[ca]
default_ca = here
[here]
database = {directory}/index
serial = {directory}/serial
crlnumber = {directory}/crlnumber
new_certs_dir = {directory}
certificate = {directory}/root.pem
private_key = {directory}/root.key
default_md = sha256
default_days = 30
default_crl_days = 30
policy = any
unique_subject = no
crl_extensions = list
[any]
commonName = supplied
countryName = optional
givenName = optional
surname = optional
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[person]
basicConstraints = critical, CA:false
keyUsage = critical, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[client]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
[list]
authorityKeyIdentifier = keyid
[req]
distinguished_name = any
"""
RSA, EC = ("rsa", "rsa_keygen_bits:2048"), ("ec", "ec_paramgen_curve:P-256")


@dataclass(frozen=True)
class Person:
    """A key pair on disk (PEM, no passphrase) with its certificate."""

    key_file: Path
    certificate_file: Path

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate_file.read_bytes())

    def sign(self, digest: bytes) -> bytes:
        """Sign a hash, as a card does."""
        key = load_pem_private_key(self.key_file.read_bytes(), None)
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(digest, padding.PKCS1v15(), Prehashed(SHA256()))
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key.sign(digest, ec.ECDSA(Prehashed(SHA256())))


class Card:
    """A key on the person's own machine; its answer is only a signature over the requested hash."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def begin(self, prepared: PreparedAct) -> Challenge:
        return challenge_for(prepared)

    def complete(self, prepared: PreparedAct, answer: Challenge) -> Reply:
        signature = self.person.sign(bytes.fromhex(answer.to_sign))
        return Reply(answer.to_sign, self.person.certificate.fingerprint(SHA256()).hex(), signature)


class PeoplesAuthority:
    """A root for persons in its own folder."""

    def __init__(self, directory: Path, name: str = "Burgers van de proef") -> None:
        self.directory = directory
        self.root_file = directory / "root.pem"
        self.configuration = directory / "openssl.cnf"
        self.configuration.write_text(CONFIGURATION.format(directory=directory))
        (directory / "index").touch()
        (directory / "serial").write_text("1000\n")
        (directory / "crlnumber").write_text("01\n")
        self._key("root.key", EC)
        self._openssl(
            "req", "-x509", "-new", "-key", directory / "root.key", "-out", self.root_file,
            "-config", self.configuration, "-extensions", "root", "-days", "30",
            "-subj", f"/C=BE/O=Overheid van de proef/CN={name}",
        )  # fmt: skip

    @property
    def root(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.root_file.read_bytes())

    def person(
        self,
        subject: str = "/C=BE/CN=Els Peeters (Signature)/GN=Els Maria/SN=Peeters",
        *,
        kind: tuple[str, str] = RSA,
        extensions: str = "person",
        ends: str | None = None,
    ) -> Person:
        """A person with a new key; ``ends`` is a date in OpenSSL's notation, possibly past."""
        name = f"person{len(list(self.directory.glob('person*.key')))}"
        key = self._key(f"{name}.key", kind)
        request, certificate = self.directory / f"{name}.csr", self.directory / f"{name}.crt"
        self._openssl("req", "-new", "-key", key, "-out", request, "-subj", subject,
                      "-config", self.configuration)  # fmt: skip
        dates = ["-startdate", "20200101000000Z", "-enddate", ends] if ends else []
        self._openssl("ca", "-batch", "-notext", "-config", self.configuration, "-in", request,
                      "-out", certificate, "-extensions", extensions, *dates)  # fmt: skip
        return Person(key, certificate)

    def revoke(self, person: Person) -> None:
        self._openssl("ca", "-config", self.configuration, "-revoke", person.certificate_file)

    def material(self) -> Material:
        """What accompanies a certificate of this authority today."""
        found = self.directory / "list.pem"
        self._openssl("ca", "-config", self.configuration, "-gencrl", "-out", found)
        return Material([self.root], [x509.load_pem_x509_crl(found.read_bytes())])

    def _key(self, name: str, kind: tuple[str, str]) -> Path:
        key = self.directory / name
        self._openssl("genpkey", "-algorithm", kind[0], "-pkeyopt", kind[1], "-out", key)
        return key

    def _openssl(self, *arguments: str | Path) -> None:
        subprocess.run(
            ["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60
        )
