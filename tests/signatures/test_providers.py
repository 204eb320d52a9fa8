"""What every provider of the seal's key must do: one contract for all of them."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader

from signatures.chains.certificates import PublicKey
from signatures.errors import AuthorityError
from signatures.keys.authority import Authority, create_authority, load_authority, pem
from signatures.providers.aws_kms import KmsAddress, KmsKey, KmsProvider
from signatures.providers.base import SealProvider
from signatures.providers.keystore import KeystoreProvider
from signatures.providers.pkcs11 import Pkcs11Provider, TokenKey
from signatures.providers.software import SoftwareProvider
from signatures.sealing.seal import Sealer, sha256
from signatures.stamps.timestamps import LocalTimestamps
from signatures.verdict.report import GENUINE
from signatures.verdict.sealed_record import check_record
from signatures.verdict.verify import Ledger, verify
from tests.signatures.conftest import PASSPHRASE as AUTHORITY_PASSPHRASE
from tests.signatures.making import CONTROLLER_FIRST, act_for, prepared, seal_all
from tests.signatures.tokens import (
    P256,
    PIN,
    REGION,
    ForeignAuthority,
    key_service,
    make_token,
    new_rsa,
    service_key,
    token,
)

PASSPHRASE = b"wachtzin van het bestand"


@dataclass(frozen=True)
class Place:
    """A provider with a sealer, and the roots of its seals."""

    provider: SealProvider
    sealer: Sealer
    roots: tuple[Any, ...]


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The label of a token with one key of each kind."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOFTHSM2_CONF", str(settings))
        make_token("zegel", {"rsa": "rsa3072", "p256": P256, "short": "rsa2048"})
        make_token("other", {"p256": P256})
        yield "zegel"


@pytest.fixture(scope="session")
def foreign() -> Iterator[ForeignAuthority]:
    """A third-party authority that publishes its lists on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Lists)
    made = ForeignAuthority(f"http://127.0.0.1:{server.server_port}")
    _Lists.published = {
        "/Root.crl": made.crl(of_root=True),
        "/Issuer.crl": made.crl(of_root=False),
    }
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


class _Lists(BaseHTTPRequestHandler):
    published: dict[str, bytes]

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.published[self.path])

    def log_message(self, format: str, *arguments: Any) -> None:
        """Log nothing."""


@pytest.fixture(scope="session")
def own_key() -> rsa.RSAPrivateKey:
    """A key for a file; generating one takes a second."""
    return new_rsa()


PLACES = ["software", "pem", "pkcs11 P-256", "kms RSA"]  # each provider, each kind of key
MORE = [pytest.param(at, marks=pytest.mark.long) for at in ("pkcs12", "pkcs11 RSA", "kms P-256")]


@pytest.fixture(scope="module", params=[*PLACES, *MORE])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority_dir: Path
) -> Iterator[Place]:
    """Each provider in turn, made once for all tests of the contract."""
    kind, _, algorithm = str(request.param).partition(" ")
    folder = tmp_path_factory.mktemp("place")
    if kind == "software":
        authority = load_authority(authority_dir, AUTHORITY_PASSPHRASE)
        yield _place(authority, SoftwareProvider(authority))
    elif kind in ("pkcs12", "pem"):
        foreign, key = (request.getfixturevalue(each) for each in ("foreign", "own_key"))
        authority = load_authority(authority_dir, AUTHORITY_PASSPHRASE, own_roots=(foreign.root,))
        yield _place(authority, _keystore(folder, foreign, key, as_pem=kind == "pem"))
    elif kind == "pkcs11":
        address = token(request.getfixturevalue("softhsm"), "rsa" if algorithm == "RSA" else "p256")
        authority = _authority_over(folder, TokenKey(address).public_key)
        yield _place(authority, Pkcs11Provider(authority, address))
    else:
        spec = "RSA_3072" if algorithm == "RSA" else "ECC_NIST_P256"
        with pytest.MonkeyPatch.context() as patched, key_service(patched) as client:
            at = KmsAddress(service_key(client, spec), REGION)
            authority = _authority_over(folder, KmsKey(at).public_key)
            yield _place(authority, KmsProvider(authority, at))


def _authority_over(folder: Path, seal_key: PublicKey) -> Authority:
    create_authority(
        folder / "keys", None, organisation="IT4", now=datetime.now(UTC), seal_key=seal_key
    )
    return load_authority(folder / "keys", None)


def _place(authority: Authority, provider: SealProvider) -> Place:
    sealer = Sealer(provider, LocalTimestamps(authority), authority)
    return Place(provider, sealer, authority.roots)


def _keystore(
    folder: Path, foreign: ForeignAuthority, key: Any, *, as_pem: bool
) -> KeystoreProvider:
    file = folder / "seal"
    file.write_bytes(_keystore_file(foreign, key, foreign.certificate(key), as_pem=as_pem))
    (folder / "root.pem").write_bytes(pem(foreign.root))
    return KeystoreProvider(file, PASSPHRASE, root=folder / "root.pem", now=datetime.now(UTC))


def _keystore_file(foreign: ForeignAuthority, key: Any, own: Any, *, as_pem: bool = False) -> bytes:
    protection = serialization.BestAvailableEncryption(PASSPHRASE)
    if as_pem:
        key_pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
        )
        return key_pem + pem(own, foreign.issuer)
    return pkcs12.serialize_key_and_certificates(b"seal", key, own, [foreign.issuer], protection)


def test_what_it_seals_and_closes_is_genuine(place: Place, converted: bytes) -> None:
    shown = prepared(converted, CONTROLLER_FIRST)
    steps = seal_all(place.sealer, shown, CONTROLLER_FIRST)
    sealed = steps[-1].pdf
    ledger = Ledger(sha256(sealed), sha256(shown), len(shown))

    report = verify(sealed, roots=place.roots, ledger=ledger)

    assert report.verdict == GENUINE, report.lines("en")


def test_openssl_agrees(place: Place, converted: bytes, tmp_path: Path) -> None:
    shown = prepared(converted, CONTROLLER_FIRST)
    act = act_for(CONTROLLER_FIRST[0], shown)
    sealed = place.sealer.seal_act(shown, act, last=False).pdf
    signature = next(iter(PdfFileReader(io.BytesIO(sealed)).embedded_signatures))
    start, length, other, rest = (int(number) for number in signature.byte_range)
    (tmp_path / "seal.der").write_bytes(signature.pkcs7_content)
    (tmp_path / "covered").write_bytes(
        sealed[start : start + length] + sealed[other : other + rest]
    )
    (tmp_path / "roots.pem").write_bytes(pem(place.provider.seal.issuers[-1]))

    checked = subprocess.run(
        [
            *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "seal.der"),
            *("-content", "covered", "-CAfile", "roots.pem", "-purpose", "any"),
            *("-out", "/dev/null"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr
    assert "successful" in checked.stderr


@pytest.mark.long
def test_it_seals_a_record(place: Place) -> None:
    seal = place.sealer.seal_record(b"{}")
    assert check_record(seal, b"{}", roots=place.roots) <= datetime.now(UTC)


def test_several_threads_seal_at_once(place: Place, converted: bytes) -> None:
    shown = prepared(converted, CONTROLLER_FIRST)
    act = act_for(CONTROLLER_FIRST[0], shown)

    def seal(_number: int) -> bytes:
        return place.sealer.seal_act(shown, act, last=False).pdf

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(seal, range(8)))
    for pdf in made:
        signature = next(iter(PdfFileReader(io.BytesIO(pdf)).embedded_signatures))
        signature.compute_integrity_info()
        assert signature.signer_cert.dump() == _der(place.provider.seal.certificate)
    assert len(set(made)) == 8  # each has its own token


def test_no_key_is_parsed_again_for_a_signature(
    place: Place, converted: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pyHanko's own signer does this, which takes fifty times as long as the signature."""
    shown = prepared(converted, CONTROLLER_FIRST)
    act = act_for(CONTROLLER_FIRST[0], shown)
    place.sealer.seal_act(shown, act, last=False)  # the time stamps' key has been read by now
    loads: list[str] = []
    for name in ("load_pem_private_key", "load_der_private_key"):
        monkeypatch.setattr(serialization, name, lambda *_a, **_k: loads.append("parsed"))

    place.sealer.seal_act(shown, act, last=False)

    assert loads == []


def _der(certificate: Any) -> bytes:
    return bytes(certificate.public_bytes(serialization.Encoding.DER))


def refused(make: Callable[[], object]) -> str:
    """The code of the refusal; the detail shows when a test fails."""
    with pytest.raises(AuthorityError) as refusal:
        make()
    assert refusal.value.detail
    return refusal.value.code


class TestToken:
    def test_a_wrong_pin_is_named(self, softhsm: str) -> None:
        assert refused(lambda: TokenKey(token("other", "p256", pin="0000"))) == "wrong_pin"

    @pytest.mark.parametrize(
        ("label", "key", "code"),
        [
            ("zegel", "nothing", "no_key"),
            ("nowhere", "rsa", "no_token"),
            ("zegel", "short", "weak"),
        ],
    )
    def test_what_is_not_there_is_named(
        self, softhsm: str, label: str, key: str, code: str
    ) -> None:
        assert refused(lambda: TokenKey(token(label, key))) == code

    def test_a_missing_library_is_named(self, tmp_path: Path) -> None:
        address = replace(token("zegel", "rsa"), library=str(tmp_path / "none.so"))

        assert refused(lambda: TokenKey(address)) == "no_library"

    def test_another_key_than_the_certificates_is_named(
        self, softhsm: str, authority: Authority
    ) -> None:
        assert refused(lambda: Pkcs11Provider(authority, token(softhsm, "rsa"))) == "mismatch"

    def test_a_session_that_broke_is_opened_anew(self, softhsm: str) -> None:
        held = TokenKey(token(softhsm, "p256"))
        before = held.sign(b"\1" * 32)
        pkcs11.lib(token(softhsm, "p256").library).reinitialize()  # ends every session

        assert held.sign(b"\1" * 32) != before  # ECDSA signatures always differ

    def test_its_pin_is_in_no_representation(self) -> None:
        assert PIN not in repr(token("zegel", "rsa"))


class TestService:
    def test_a_key_that_is_not_there_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with key_service(monkeypatch):
            unknown = KmsAddress("11111111-2222-3333-4444-555555555555", REGION)
            assert refused(lambda: KmsKey(unknown)) == "no_key"

    @pytest.mark.parametrize(("spec", "code"), [("RSA_2048", "weak"), ("ECC_NIST_P384", "no_key")])
    def test_a_key_that_will_not_do_is_named(
        self, monkeypatch: pytest.MonkeyPatch, spec: str, code: str
    ) -> None:
        with key_service(monkeypatch) as client:
            address = KmsAddress(service_key(client, spec), REGION)
            assert refused(lambda: KmsKey(address)) == code

    def test_a_service_that_does_not_answer_is_worth_trying_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        nobody = KmsAddress("key", REGION, "http://127.0.0.1:1")

        assert refused(lambda: KmsKey(nobody)) == "unavailable"


class TestKeystore:
    @pytest.fixture
    def opened(
        self, tmp_path: Path, foreign: ForeignAuthority, own_key: rsa.RSAPrivateKey
    ) -> Callable[..., KeystoreProvider]:
        """Open a key file made in this way."""

        def load(
            key: Any = None,
            certificate: Any = None,
            passphrase: bytes = PASSPHRASE,
            root: Any = None,
            data: bytes | None = None,
        ) -> KeystoreProvider:
            own = key or own_key
            file = tmp_path / "seal.p12"
            made = data or _keystore_file(foreign, own, certificate or foreign.certificate(own))
            file.write_bytes(made)
            (tmp_path / "root.pem").write_bytes(pem(root or foreign.root))
            now = datetime.now(UTC)
            return KeystoreProvider(file, passphrase, root=tmp_path / "root.pem", now=now)

        return load

    def test_it_holds_the_chain_to_the_given_root(
        self, opened: Callable[..., KeystoreProvider], foreign: ForeignAuthority
    ) -> None:
        assert opened().seal.issuers == (foreign.issuer, foreign.root)

    def test_a_wrong_passphrase_is_named(self, opened: Callable[..., KeystoreProvider]) -> None:
        assert refused(lambda: opened(passphrase=b"another")) == "wrong_passphrase"

    def test_a_key_of_another_certificate_is_named(
        self,
        opened: Callable[..., KeystoreProvider],
        foreign: ForeignAuthority,
        own_key: rsa.RSAPrivateKey,
    ) -> None:
        other = foreign.certificate(ec.generate_private_key(ec.SECP256R1()))
        data = _keystore_file(foreign, own_key, other, as_pem=True)

        assert refused(lambda: opened(data=data)) == "mismatch"

    def test_a_short_key_is_named(self, opened: Callable[..., KeystoreProvider]) -> None:
        assert refused(lambda: opened(new_rsa(2048))) == "weak"

    @pytest.mark.parametrize(
        ("made", "code"), [({"days": -1}, "expired"), ({"signs": False}, "wrong_usage")]
    )
    def test_a_certificate_that_ended_or_is_for_something_else_is_named(
        self,
        opened: Callable[..., KeystoreProvider],
        foreign: ForeignAuthority,
        own_key: rsa.RSAPrivateKey,
        made: dict[str, Any],
        code: str,
    ) -> None:
        certificate = foreign.certificate(own_key, **made)

        assert refused(lambda: opened(certificate=certificate)) == code

    def test_a_chain_to_another_root_is_named(
        self, opened: Callable[..., KeystoreProvider]
    ) -> None:
        assert refused(lambda: opened(root=ForeignAuthority(None).root)) == "untrusted"

    def test_a_certificate_without_list_is_refused_before_anything_is_sealed(
        self,
        opened: Callable[..., KeystoreProvider],
        own_key: rsa.RSAPrivateKey,
        authority: Authority,
    ) -> None:
        silent = ForeignAuthority(None)
        data = _keystore_file(silent, own_key, silent.certificate(own_key))
        provider = opened(data=data, root=silent.root)

        def sealer() -> Sealer:
            return Sealer(provider, LocalTimestamps(authority), authority)

        assert refused(sealer) == "no_revocation"
