"""A token and a seal's attributes are encoded once, whatever their size."""

from __future__ import annotations

import time

from asn1crypto import cms

from signatures.cms.frozen_asn1 import FinalAttributes, FinalToken
from signatures.keys.authority import Authority
from signatures.run_async import run
from signatures.sealing.seal import Sealer
from signatures.stamps.timestamps import LocalTimestamps
from tests.signatures.conftest import SealedFile
from tests.signatures.making import act_for


def test_a_final_token_keeps_its_bytes_whatever_is_read_or_asked(authority: Authority) -> None:
    stamper = LocalTimestamps(authority).stamper()
    token = run(stamper.async_timestamp(b"1" * 32, "sha256"))
    der = token.dump()

    assert isinstance(token, FinalToken)
    assert token["content"]["signer_infos"][0]["signed_attrs"].native  # reads every default
    assert token.dump(force=True) == der
    assert cms.ContentInfo.load(der, strict=True).dump() == der


def test_final_attributes_may_be_put_into_a_signature(authority: Authority) -> None:
    values = [cms.CMSAttribute({"type": "content_type", "values": ["data"]})]
    final = FinalAttributes.load(cms.CMSAttributes(values).dump())

    signer = cms.SignerInfo({"version": "v1", "signed_attrs": final})

    assert signer["signed_attrs"].contents == final.contents
    assert signer["signed_attrs"][0]["values"].native == ["data"]


def test_no_act_takes_long_by_the_size_of_its_token(
    controller_first: SealedFile, sealer: Sealer
) -> None:
    """The size of a token varies with its serial number; some sizes once took seconds."""
    shown = controller_first.shown
    act = act_for(controller_first.order[0], shown)
    taken = []
    for _ in range(5):
        start = time.process_time()
        sealer.seal_act(shown, act, last=False)
        taken.append(time.process_time() - start)

    assert max(taken) < 1.0
