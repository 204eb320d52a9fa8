"""The keys and certificates of an installation: created at the first start, loaded, checked.

A root certifies an issuing authority, which certifies the seal and the time stamps. Their names say
that they are self-made and not qualified (Regulation (EU) 910/2014).

The root's key (``root.key.pem``) is needed only for its own revocation list and another issuing
authority: **move it off the machine**. Without a passphrase, mode 0600 alone protects keys.
"""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from signatures.chains.certificates import (
    Issuer,
    PrivateKey,
    PublicKey,
    issue_crl,
    issue_issuing,
    issue_root,
    issue_seal,
    issue_stamp,
    issued,
    key_id,
    new_key,
)
from signatures.errors import AuthorityError
from signatures.keys.key_files import (
    check_dates,
    key_pem,
    read,
    read_certificate,
    read_crl,
    read_key,
    replace,
    write,
)
from signatures.keys.key_sets import FORMER, present

ROOT, ISSUING, SEAL, STAMP = "root", "issuing", "seal", "tsa"
ROLES = (ROOT, ISSUING, SEAL, STAMP)
CERTIFICATES = tuple(f"{role}.pem" for role in ROLES)
CRLS = ("root.crl.pem", "issuing.crl.pem")
# The root's key should be elsewhere; a seal's key may be in a token.
NEEDED = (*CERTIFICATES, *CRLS, "issuing.key.pem", "tsa.key.pem")


@dataclass(frozen=True)
class Former:
    """A replaced certificate; ``role`` is one of ``ROLES``."""

    role: str
    certificate: x509.Certificate


@dataclass(frozen=True)
class Authority:
    """The current hierarchy and the certificates it replaced.

    ``directory`` is the current set in ``home``, the key directory. ``own_roots`` belong to a seal
    certificate issued elsewhere, and are trusted too.
    """

    home: Path
    directory: Path
    root: x509.Certificate
    issuing: x509.Certificate
    seal: x509.Certificate
    tsa: x509.Certificate
    former: tuple[Former, ...] = ()
    own_roots: tuple[x509.Certificate, ...] = ()
    passphrase: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def superseded(self) -> bool:
        """Whether this must be reloaded, because another set is current."""
        return present(self.home) != self.directory

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """The certificates to trust: current, former, and given roots."""
        return (self.root, *self.former_of(ROOT), *self.own_roots)

    @property
    def issuers(self) -> tuple[x509.Certificate, ...]:
        """Every issuing authority, the current one first."""
        return (self.issuing, *self.former_of(ISSUING))

    def former_of(self, role: str) -> tuple[x509.Certificate, ...]:
        """The certificates that had this role before."""
        return tuple(each.certificate for each in self.former if each.role == role)

    @property
    def certificates(self) -> Mapping[str, bytes]:
        """Every current certificate as PEM, by file name."""
        return {name: pem(certificate) for name, certificate in self.counting().items()}

    @cached_property
    def seal_key(self) -> PrivateKey:
        """The seal's private key from this directory. Raises AuthorityError."""
        return self._key(SEAL, self.seal)

    @cached_property
    def tsa_key(self) -> PrivateKey:
        """The private key of the time stamps. Raises AuthorityError."""
        return self._key(STAMP, self.tsa)

    @property
    def crl(self) -> bytes:
        """The issuing authority's revocation list as PEM, read now."""
        return read(self.directory / "issuing.crl.pem")

    def crls(self, now: datetime) -> tuple[x509.CertificateRevocationList, ...]:
        """Both revocation lists, and the last lists of former authorities if still valid.

        Raises ``AuthorityError('expired')`` when one of the two has ended.
        """
        for name, crl in zip(CRLS, self.lists[:2], strict=True):
            check_dates(name, crl.last_update_utc, crl.next_update_utc or now, now)
        return tuple(each for each in self.lists if (each.next_update_utc or now) >= now)

    @property
    def lists(self) -> tuple[x509.CertificateRevocationList, ...]:
        """The present lists of the root and issuing authority, then every former authority's last
        list, whatever their dates."""
        last = sorted((self.home / FORMER).glob("*.crl.pem"))
        files = [*(self.directory / name for name in CRLS), *last]
        return tuple(read_crl(file) for file in files)

    def counting(self) -> dict[str, x509.Certificate]:
        """The four current certificates, by file name."""
        return dict(zip(CERTIFICATES, (self.root, self.issuing, self.seal, self.tsa), strict=True))

    def _key(self, role: str, certificate: x509.Certificate) -> PrivateKey:
        return read_key(self.directory / f"{role}.key.pem", self.passphrase, certificate)


def create_authority(
    directory: Path,
    passphrase: bytes | None,
    *,
    organisation: str,
    now: datetime,
    pki_url: str | None = None,
    seal_key: PublicKey | None = None,
) -> None:
    """Make the whole hierarchy in ``directory``, or nothing; a complete one is left as it is.

    ``now`` is an aware instant. The lists are published below ``pki_url``, which the certificates
    name. ``seal_key`` is the public key of a seal in a token; None makes a key here.

    Raises ``AuthorityError('exists')`` when the directory holds something else.
    """
    if _complete(directory):
        return
    directory.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        fill(workshop, passphrase, organisation, now, pki_url, seal_key)
        _move_into_place(workshop, directory)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _complete(directory: Path) -> bool:
    return all((present(directory) / name).is_file() for name in NEEDED)


def fill(
    workshop: Path,
    passphrase: bytes | None,
    organisation: str,
    now: datetime,
    pki_url: str | None,
    seal_key: PublicKey | None,
) -> None:
    """Write a complete new hierarchy into a directory."""
    root_key, issuing_key, stamp_key = new_key(), new_key(), new_key()
    keys = {ROOT: root_key, ISSUING: issuing_key, STAMP: stamp_key}
    if seal_key is None:
        made = new_key()
        keys[SEAL], seal_key = made, made.public_key()
    root = Issuer(issue_root(root_key, organisation=organisation, now=now), root_key, pki_url)
    issuing = Issuer(issue_issuing(issuing_key.public_key(), root, now=now), issuing_key, pki_url)
    write(workshop / "root.pem", pem(root.certificate))
    write(workshop / "issuing.pem", pem(issuing.certificate))
    write(workshop / "seal.pem", pem(issue_seal(seal_key, issuing, now=now)))
    write(workshop / "tsa.pem", pem(issue_stamp(stamp_key.public_key(), issuing, now=now)))
    # Valid as long as the issuing authority, since the root's key leaves the machine.
    ends = issuing.certificate.not_valid_after_utc
    write(workshop / "root.crl.pem", issue_crl(root, now=now, until=ends))
    write(workshop / "issuing.crl.pem", issue_crl(issuing, now=now))
    for role, key in keys.items():
        write(workshop / f"{role}.key.pem", key_pem(key, passphrase))


def _move_into_place(workshop: Path, directory: Path) -> None:
    if directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()
    try:
        workshop.rename(directory)
    except OSError as problem:
        if not _complete(directory):
            raise AuthorityError("exists", f"{directory} holds something else") from problem


def load_authority(
    directory: Path,
    passphrase: bytes | None,
    *,
    now: datetime | None = None,
    own_roots: tuple[x509.Certificate, ...] = (),
) -> Authority:
    """Read and check the current hierarchy at ``now`` (aware); private keys are read at first use.

    Raises ``AuthorityError`` ``missing``, ``unreadable``, ``mismatch`` or ``expired``, with the
    file in its detail.
    """
    moment = now or datetime.now(UTC)
    authority = read_authority(directory, passphrase, own_roots=own_roots)
    check_validity(authority, moment)
    return authority


def check_validity(authority: Authority, now: datetime) -> None:
    """Check that all current certificates are valid at ``now`` (aware). Raises AuthorityError."""
    for name, certificate in authority.counting().items():
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        check_dates(name, start, end, now)


def read_authority(
    directory: Path, passphrase: bytes | None, *, own_roots: tuple[x509.Certificate, ...] = ()
) -> Authority:
    """The same without checking dates: to show, and to renew after expiry."""
    chosen = present(directory)
    root, issuing, seal, tsa = (read_certificate(chosen / name) for name in CERTIFICATES)
    for name, certificate, issuer in (
        ("root.pem", root, root),
        ("issuing.pem", issuing, root),
        ("seal.pem", seal, issuing),
        ("tsa.pem", tsa, issuing),
    ):
        if not issued(certificate, issuer):
            raise AuthorityError("mismatch", f"{name} was not issued by its issuer")
    return Authority(
        home=directory,
        directory=chosen,
        root=root,
        issuing=issuing,
        seal=seal,
        tsa=tsa,
        former=_former(directory, (root, issuing, seal, tsa)),
        own_roots=own_roots,
        passphrase=passphrase,
    )


def _former(home: Path, counting: tuple[x509.Certificate, ...]) -> tuple[Former, ...]:
    found = []
    for file in (home / FORMER).glob("*.pem"):
        role = file.name.partition("-")[0]
        if file.name.endswith(".crl.pem") or role not in ROLES:
            continue
        certificate = read_certificate(file)
        if certificate not in counting:  # it is kept shortly before it is replaced
            found.append(Former(role, certificate))
    found.sort(key=lambda each: each.certificate.not_valid_before_utc, reverse=True)
    return tuple(found)


def renew_crl(directory: Path, passphrase: bytes | None, *, now: datetime) -> bytes:
    """The issuing authority's next revocation list, as PEM, with the same entries; also written.

    Run it daily: a list lasts ``certificates.CRL_LIFETIME``. Raises ``AuthorityError``.
    """
    chosen = present(directory)
    issuing = read_certificate(chosen / "issuing.pem")
    key = read_key(chosen / "issuing.key.pem", passphrase, issuing)
    check_dates("issuing.pem", issuing.not_valid_before_utc, issuing.not_valid_after_utc, now)
    previous = read_crl(chosen / "issuing.crl.pem")
    data = issue_crl(Issuer(issuing, key), now=now, previous=previous)
    replace(chosen / "issuing.crl.pem", data)
    return data


def pem(*each: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    """Certificates or lists in PEM, concatenated."""
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in each)


def published(authority: Authority) -> dict[str, x509.Certificate | x509.CertificateRevocationList]:
    """The authorities' certificates and lists (``.crl``) to publish, by key identifier, to which
    certificates refer; the current ones also as ``root`` and ``issuing``."""
    found: dict[str, x509.Certificate | x509.CertificateRevocationList] = {
        ROOT: authority.root,
        ISSUING: authority.issuing,
    }
    for certificate in (*authority.issuers, authority.root, *authority.former_of(ROOT)):
        found[key_id(certificate)] = certificate
    present_root, present_issuing, *last = authority.lists
    found |= {f"{ROOT}.crl": present_root, f"{ISSUING}.crl": present_issuing}
    for crl in (*last, present_root, present_issuing):
        by = crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        if by.key_identifier is not None:
            found[f"{by.key_identifier.hex()}.crl"] = crl
    return found
