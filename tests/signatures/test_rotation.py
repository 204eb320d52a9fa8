"""Keys are renewed, replaced and revoked, without affecting what was sealed before."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509

from signatures.chains.certificates import Issuer, fingerprint, issue_crl, key_id
from signatures.errors import AuthorityError
from signatures.keys import rotation
from signatures.keys.authority import (
    Authority,
    create_authority,
    load_authority,
    published,
    read_authority,
    renew_crl,
)
from signatures.keys.key_sets import changed, present
from signatures.pdf.extraction import parts
from signatures.providers.software import SoftwareProvider
from signatures.sealing.seal import Sealer, sha256
from signatures.stamps.timestamps import LocalTimestamps
from signatures.verdict.report import COMPLETENESS_UNKNOWN, FAILS, GENUINE, INVALID, Report
from signatures.verdict.verify import Ledger, verify
from tests.signatures.conftest import PASSPHRASE
from tests.signatures.container_attacks import alone, edited, in_the_token, put_in
from tests.signatures.making import CONTROLLER_FIRST, act_for, prepared, seal_all
from tests.variants import some

PKI = "https://zegel.example/pki"


@pytest.fixture
def home(authority_dir: Path, tmp_path: Path) -> Path:
    """This test's own key directory."""
    shutil.copytree(authority_dir, tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def shown(converted: bytes) -> bytes:
    return prepared(converted, CONTROLLER_FIRST)


def loaded(home: Path) -> Authority:
    return load_authority(home, PASSPHRASE)


def sealer_of(home: Path, ahead: timedelta = timedelta()) -> Sealer:
    """A sealer with the current keys, whose time stamps are this much ahead."""
    authority = loaded(home)
    stamps = LocalTimestamps(authority, lambda: datetime.now(UTC) + ahead)
    return Sealer(SoftwareProvider(authority), stamps, authority)


def renew_seal(home: Path) -> x509.Certificate:
    return rotation.renew_seal(home, PASSPHRASE, now=datetime.now(UTC))


def new_authority(home: Path) -> Authority:
    return rotation.new_authority(home, PASSPHRASE, organisation="Nieuw", now=datetime.now(UTC))


def revoke(
    home: Path, certificate: x509.Certificate, named: str = "", since: datetime | None = None
) -> None:
    rotation.revoke(
        home,
        PASSPHRASE,
        named=named or fingerprint(certificate),
        reason="key_compromise",
        now=datetime.now(UTC),
        since=since,
    )


def judged(pdf: bytes, shown: bytes, authority: Authority, *, ledger: bool = True) -> Report:
    """The verdict as on our own page, with today's lists."""
    known = Ledger(sha256(pdf), sha256(shown), len(shown)) if ledger else None
    return verify(pdf, roots=authority.roots, ledger=known, crls=authority.lists)


def sealed_across(home: Path, shown: bytes, changes: Sequence[object]) -> bytes:
    """A file with a change of keys (a function of the directory) after the first acts."""
    pdf = shown
    for place, change in zip(CONTROLLER_FIRST, (*changes, None, None, None), strict=False):
        act = act_for(place, shown)
        pdf = sealer_of(home).seal_act(pdf, act, last=place == CONTROLLER_FIRST[-1]).pdf
        if callable(change):
            change(home)
    return sealer_of(home).close(pdf).pdf


class TestRenewal:
    def test_a_file_whose_acts_were_sealed_with_two_keys_is_genuine(
        self, home: Path, shown: bytes
    ) -> None:
        before = loaded(home).seal
        pdf = sealed_across(home, shown, [renew_seal])
        authority = loaded(home)

        assert authority.seal != before
        assert judged(pdf, shown, authority).verdict == GENUINE
        chains = sealer_of(home).certificates(parts(pdf))
        assert chains.seals == (authority.seal, before)
        assert chains.roots == (authority.root,)

    def test_a_renewed_stamp_closes_what_another_stamped(self, home: Path, shown: bytes) -> None:
        before = loaded(home).tsa

        def renew(home: Path) -> None:
            rotation.renew_stamp(home, PASSPHRASE, now=datetime.now(UTC))

        pdf = sealed_across(home, shown, [None, renew])
        report = judged(pdf, shown, loaded(home))

        assert report.verdict == GENUINE, report.lines("en")
        assert sealer_of(home).certificates(parts(pdf)).stamps == (loaded(home).tsa, before)

    def test_a_file_across_two_authorities_is_genuine_and_keeps_both_chains(
        self, home: Path, shown: bytes
    ) -> None:
        before = loaded(home)
        pdf = sealed_across(home, shown, [new_authority])
        now = loaded(home)
        report = judged(pdf, shown, now)

        assert report.verdict == GENUINE, report.lines("en")
        chains = sealer_of(home).certificates(parts(pdf))
        assert chains.roots == (now.root, before.root)
        assert chains.intermediates == (now.issuing, before.issuing)
        assert {each.issuer for each in chains.lists} == {
            now.issuing.subject,
            before.issuing.subject,
        }

    def test_what_the_old_authority_sealed_verifies_under_the_new(
        self, home: Path, shown: bytes
    ) -> None:
        pdf = seal_all(sealer_of(home), shown, CONTROLLER_FIRST)[-1].pdf
        old = loaded(home).root
        new_authority(home)
        now = loaded(home)

        assert judged(pdf, shown, now).verdict == GENUINE
        assert verify(pdf, roots=[now.root]).verdict == INVALID  # so the former root is needed
        assert [each.certificate for each in now.former if each.role == "root"] == [old]

    def test_nothing_is_handed_out_that_was_made_with_replaced_keys(
        self, home: Path, shown: bytes
    ) -> None:
        running = sealer_of(home)
        act = act_for(CONTROLLER_FIRST[0], shown)
        running.seal_act(shown, act, last=False)
        renew_seal(home)

        with pytest.raises(AuthorityError) as refusal:
            running.seal_act(shown, act, last=False)

        assert refusal.value.code == "superseded"
        assert sealer_of(home).seal_act(shown, act, last=False).pdf

    def test_replaced_private_keys_are_gone_and_the_others_stay(self, home: Path) -> None:
        renew_seal(home)

        assert list(home.glob("*.key.pem")) == []
        names = {file.name for file in present(home).glob("*.key.pem")}
        assert names == {"root.key.pem", "issuing.key.pem", "seal.key.pem", "tsa.key.pem"}
        assert all(file.stat().st_mode & 0o077 == 0 for file in present(home).iterdir())

    def test_a_change_that_fails_changes_nothing(self, home: Path) -> None:
        before = loaded(home)

        def fail() -> None:
            with changed(home) as workshop:
                (workshop / "seal.pem").write_bytes(b"half")
                raise InterruptedError

        with pytest.raises(InterruptedError):
            fail()

        assert loaded(home) == before
        assert loaded(home).seal_key
        assert [each.name for each in home.iterdir() if each.name.startswith(".")] == []

    def test_a_wrong_passphrase_changes_nothing(self, home: Path) -> None:
        before = loaded(home)

        for change in (rotation.renew_seal, rotation.renew_stamp):
            with pytest.raises(AuthorityError) as refusal:
                change(home, b"een andere wachtzin", now=datetime.now(UTC))
            assert refusal.value.code == "wrong_passphrase"

        assert loaded(home) == before

    def test_no_certificate_outlives_its_issuer(self, home: Path) -> None:
        late = loaded(home).issuing.not_valid_after_utc - timedelta(days=30)

        renewed = rotation.renew_seal(home, PASSPHRASE, now=late)

        issuing = read_authority(home, PASSPHRASE).issuing
        assert renewed.not_valid_after_utc == issuing.not_valid_after_utc

    def test_the_list_of_the_present_set_is_renewed(self, home: Path) -> None:
        renew_seal(home)
        first = x509.load_pem_x509_crl(loaded(home).crl)
        later = datetime.now(UTC) + timedelta(days=11)

        renew_crl(home, PASSPHRASE, now=later)

        second = x509.load_pem_x509_crl(loaded(home).crl)
        assert _number(second) == _number(first) + 1
        assert second.last_update_utc > first.last_update_utc


def _number(crl: x509.CertificateRevocationList) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


class TestRevocation:
    def test_what_was_sealed_before_stays_and_what_comes_later_does_not(
        self, home: Path, shown: bytes, tmp_path: Path
    ) -> None:
        before = sealer_of(home, ahead=-timedelta(minutes=2))
        earlier = seal_all(before, shown, CONTROLLER_FIRST)[-1].pdf
        stolen = tmp_path / "stolen"
        shutil.copytree(home, stolen)
        leaked = loaded(home).seal
        renew_seal(home)
        revoke(home, leaked, since=datetime.now(UTC) - timedelta(minutes=1))
        # A thief of the keys has that day's list, and puts it into the file.
        forged = seal_all(sealer_of(stolen), shown, CONTROLLER_FIRST)[-1].pdf
        authority = loaded(home)

        assert judged(earlier, shown, authority).verdict == GENUINE
        assert judged(earlier, shown, authority, ledger=False).verdict == COMPLETENESS_UNKNOWN
        report = judged(forged, shown, authority)
        assert report.verdict == INVALID
        failing = {each.rule: each.detail for each in report.answers if each.state == "fails"}
        assert list(failing) == ["chains"]
        assert "revoked" in failing["chains"]

    @pytest.mark.parametrize("where", some(["token", "seal", "close"]))
    def test_an_issuer_that_was_revoked_is_found_wherever_its_certificate_is(
        self, home: Path, shown: bytes, where: str
    ) -> None:
        """A seal and its stamp may include only their own certificates; then the issuer's is
        elsewhere in the file."""
        authority = loaded(home)
        sealer = sealer_of(home)
        steps = seal_all(sealer, shown, CONTROLLER_FIRST)
        pdf = steps[-1].pdf
        if where != "close":
            change = edited(alone) if where == "seal" else in_the_token(edited(alone))
            cut = put_in(steps[2].pdf, 2, partial(change, authority=authority))
            pdf = sealer.close(cut).pdf
        assert judged(pdf, shown, authority, ledger=False).verdict == COMPLETENESS_UNKNOWN
        root = Issuer(authority.root, authority._key("root", authority.root))
        entry = x509.RevokedCertificateBuilder(
            authority.issuing.serial_number, datetime.now(UTC) - timedelta(hours=1)
        ).build()
        crl = issue_crl(root, now=datetime.now(UTC), revoked=entry)

        report = verify(pdf, roots=authority.roots, crls=[x509.load_pem_x509_crl(crl)])

        assert [(each.rule, each.reason) for each in report.answers if each.state == FAILS] == [
            ("chains", "revoked")
        ]

    def test_an_act_of_before_is_closed_after(self, home: Path, shown: bytes) -> None:
        """An agreement that was half signed when the key leaked is not lost."""
        leaked = loaded(home).seal

        def leak(home: Path) -> None:
            renew_seal(home)
            revoke(home, leaked)

        pdf = sealed_across(home, shown, [leak])
        report = judged(pdf, shown, loaded(home))

        assert report.verdict == GENUINE, report.lines("en")

    def test_the_list_says_why_and_since_when(self, home: Path) -> None:
        old = loaded(home).tsa
        rotation.renew_stamp(home, PASSPHRASE, now=datetime.now(UTC))
        since = datetime(2026, 11, 1, 9, tzinfo=UTC)
        rotation.revoke(
            home,
            PASSPHRASE,
            named=fingerprint(old)[:23].lower(),
            reason="superseded",
            now=datetime.now(UTC),
            since=since,
        )
        renew_crl(home, PASSPHRASE, now=datetime.now(UTC))  # keeps its entries

        crl = x509.load_pem_x509_crl(loaded(home).crl)
        entry = crl.get_revoked_certificate_by_serial_number(old.serial_number)
        assert entry is not None
        assert entry.revocation_date_utc == since
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        assert reason is x509.ReasonFlags.superseded

    def test_refusals_name_what_is_wrong(self, home: Path) -> None:
        first = loaded(home).seal

        def code(named: str) -> str:
            with pytest.raises(AuthorityError) as refusal:
                revoke(home, first, named)
            return refusal.value.code

        assert code(fingerprint(first)) == "in_use"
        assert code("00:11:22:33:44") == "unknown"
        assert code(fingerprint(first)[:5]) == "unknown"  # too short to be unique
        renew_seal(home)
        revoke(home, first)
        assert code(fingerprint(first)) == "revoked"
        new_authority(home)
        assert code(fingerprint(first)) == "issuer_gone"


class TestRootList:
    def test_it_is_renewed_with_the_key_from_elsewhere(self, home: Path, tmp_path: Path) -> None:
        away = (home / "root.key.pem").rename(tmp_path / "safe.key.pem")
        later = datetime.now(UTC) + timedelta(days=400)

        with pytest.raises(AuthorityError) as refusal:
            rotation.renew_root_list(home, PASSPHRASE, root_key=None, now=later)
        assert refusal.value.code == "missing"
        ends = rotation.renew_root_list(home, PASSPHRASE, root_key=away, now=later)

        root_list = loaded(home).lists[0]
        assert root_list.next_update_utc == ends == loaded(home).issuing.not_valid_after_utc
        assert root_list.last_update_utc > datetime.now(UTC)
        assert not (present(home) / "root.key.pem").exists()


class TestPublication:
    def test_every_issued_certificate_says_where_its_list_is(self, tmp_path: Path) -> None:
        home = tmp_path / "keys"
        create_authority(home, None, organisation="IT4", now=datetime.now(UTC), pki_url=PKI)
        authority = load_authority(home, None)
        names = published(authority)

        for certificate, issuer in (
            (authority.issuing, authority.root),
            (authority.seal, authority.issuing),
            (authority.tsa, authority.issuing),
        ):
            points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)
            address = points.value[0].full_name[0].value  # type: ignore[index]
            assert address == f"{PKI}/{key_id(issuer)}.crl"
            assert names[address.removeprefix(f"{PKI}/")].issuer == issuer.subject

    def test_a_former_authority_stays_where_its_certificates_say(self, home: Path) -> None:
        old = loaded(home)
        new_authority(home)
        names = published(loaded(home))

        last = names[f"{key_id(old.issuing)}.crl"]
        assert isinstance(last, x509.CertificateRevocationList)
        assert last.is_signature_valid(old.issuing.public_key())  # type: ignore[arg-type]
        assert last.next_update_utc == old.issuing.not_valid_after_utc
        assert names[key_id(old.root)] == old.root
        assert names["issuing"] == loaded(home).issuing
