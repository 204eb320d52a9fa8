"""The sample text, to read before filling anything in: the agreement with blanks.

Without data of a customer, so that many agreements share one. Made at sending or on request,
because reading changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from service.agreement.model import Agreement
from service.agreement.printed import sample_context
from service.database.agreement.samples import Sample
from service.database.engine import Transaction
from service.deps import Deps
from service.errors import GenerationFailed
from service.workflow.offer.generate import TEMPLATE_MISSING, template_of
from service.workflow.tasks import SAMPLE

AGAIN_AFTER = timedelta(minutes=1)  # not every press of the button retries a failure


def prepare(deps: Deps, tx: Transaction, agreement: Agreement) -> None:
    """Have the sample made after this transaction, unless there is one."""
    key = _key(deps, agreement)
    if tx.samples.there(key):  # without reading it
        return
    known = tx.samples.get(key)
    if known is None or (known.failure and tx.now() - known.created_at > AGAIN_AFTER):
        tx.jobs.defer(SAMPLE, what=key, agreement_id=agreement.id)


def request(deps: Deps, agreement: Agreement) -> None:
    with deps.database.begin() as tx:
        prepare(deps, tx, agreement)


def sample(deps: Deps, agreement: Agreement) -> Sample | None:
    """None if there is none yet. Raises GenerationFailed."""
    with deps.database.look() as tx:
        known = tx.samples.get(_key(deps, agreement))
    if known and known.failure:
        raise GenerationFailed(known.failure)
    return known


def there(deps: Deps, agreement: Agreement) -> bool:
    with deps.database.look() as tx:
        return tx.samples.there(_key(deps, agreement))


def make_sample(deps: Deps, agreement_id: str) -> None:
    """Make the sample; a job."""
    with deps.database.begin() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        key, now = _key(deps, agreement), tx.now()
        if tx.samples.there(key):
            return
        template = template_of(deps, tx, agreement)
    if template is None:
        note_failed_sample(deps, agreement_id, TEMPLATE_MISSING)
        return
    maker = deps.maker()
    printed = sample_context(agreement, template.version)
    try:
        made = maker.agreement(template, printed, fields=agreement.fields, dated=now, preview=True)
    except GenerationFailed as failure:
        note_failed_sample(deps, agreement_id, str(failure.reason))
        return
    with deps.database.begin() as tx:
        tx.samples.put(key, pdf=made.pdf, pages=made.pages, reading_html=made.reading_html)


def note_failed_sample(deps: Deps, agreement_id: str, reason: str) -> None:
    """Record that the sample could not be made, to report it to readers."""
    with deps.database.begin() as tx:
        agreement = tx.agreements.get_by_id(agreement_id)
        tx.samples.put(_key(deps, agreement), failure=reason)


def _key(deps: Deps, agreement: Agreement) -> str:
    template = agreement.template_sha256 or deps.template.sha256
    printed = json.dumps(
        [template, sample_context(agreement, "")],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(printed.encode()).hexdigest()
