"""What anybody may fetch to check our seals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from built import built, settings_in
from cryptography import x509
from flask.testing import FlaskClient

from service.app import create_app
from signatures.keys import rotation
from signatures.keys.authority import create_authority, load_authority

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/none"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority that was replaced once."""
    home = tmp_path_factory.mktemp("pki") / "keys"
    now = datetime.now(UTC)
    create_authority(home, None, organisation="IT4", now=now)
    rotation.new_authority(home, None, organisation="IT4", now=now)
    return home


@pytest.fixture(scope="module")
def browser(keys: Path) -> Iterator[FlaskClient]:
    """A visitor who is not signed in; there is not even a database."""
    with built(settings_in(keys.parent, ZEGEL_KEY_DIR=str(keys)), NOWHERE) as made:
        yield create_app(made).test_client()


@pytest.mark.parametrize("name", ["wortel", "uitgever"])
def test_certificates_come_in_der_and_in_pem(browser: FlaskClient, keys: Path, name: str) -> None:
    authority = load_authority(keys, None)
    expected = {"wortel": authority.root, "uitgever": authority.issuing}[name]

    der = browser.get(f"/pki/{name}.cer")
    pem = browser.get(f"/pki/{name}.cer.pem")

    assert der.mimetype == "application/pkix-cert"
    assert x509.load_der_x509_certificate(der.data) == expected
    assert pem.mimetype == "application/x-pem-file"
    assert x509.load_pem_x509_certificate(pem.data) == expected


@pytest.mark.parametrize("name", ["wortel", "uitgever"])
def test_lists_come_in_der_and_in_pem(browser: FlaskClient, keys: Path, name: str) -> None:
    authority = load_authority(keys, None)
    issuer = {"wortel": authority.root, "uitgever": authority.issuing}[name]

    der = browser.get(f"/pki/{name}.crl")
    pem = browser.get(f"/pki/{name}.crl.pem")

    assert der.mimetype == "application/pkix-crl"
    found = x509.load_der_x509_crl(der.data)
    assert found.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    assert x509.load_pem_x509_crl(pem.data) == found


def test_a_former_root_is_there_by_its_key(browser: FlaskClient, keys: Path) -> None:
    former = load_authority(keys, None).former_of("root")[0]
    named = former.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest.hex()

    assert x509.load_der_x509_certificate(browser.get(f"/pki/{named}.cer").data) == former
    assert browser.get(f"/pki/{named}.crl").status_code == 200


def test_everybody_may_keep_it_for_a_while(browser: FlaskClient) -> None:
    first = browser.get("/pki/uitgever.crl")
    again = browser.get("/pki/uitgever.crl", headers={"If-None-Match": first.headers["ETag"]})

    assert (
        first.headers["Cache-Control"] == again.headers["Cache-Control"] == "public, max-age=3600"
    )
    assert "Set-Cookie" not in first.headers
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "name",
    ["wortel", "wortel.key.pem", "seal.cer", "root.crl.crl", "..%2froot.pem", "0" * 40 + ".cer"],
)
def test_nothing_else_is_there(browser: FlaskClient, name: str) -> None:
    answer = browser.get(f"/pki/{name}")

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
