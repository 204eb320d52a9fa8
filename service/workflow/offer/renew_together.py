"""New links for several agreements in one mail, for who got one mail about them.

Used by a step over many agreements (``bulk/batch.py``): the first of a bundle renews all. The
caller holds all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from service.agreement.deadlines import end_of_day_after
from service.agreement.model import Agreement
from service.agreement.permissions import Principal
from service.agreement.states import State
from service.database.engine import Transaction
from service.deps import Deps
from service.errors import ZegelError
from service.workflow.offer.extend import extend_in, extend_without_link
from service.workflow.offer.send_together import bundled_with, invite_together
from service.workflow.offer.their_turn import refuse_before_turn
from service.workflow.telling.links import issue, renew_link


def resend_together(
    deps: Deps, tx: Transaction, agreement: Agreement, by: Principal, *, since: datetime
) -> list[str]:
    """Mail one new link for this agreement and all of its bundle that the person can still sign.

    Returns their ids; none if its bundle was made after ``since``. Raises as for one.
    """
    refuse_before_turn(agreement)
    if _renewed(tx, agreement, since):
        return [agreement.id]
    now = tx.now()
    every = [agreement, *(each for each in bundled_with(tx, agreement) if _can_sign(each, now))]
    _renew(deps, tx, every, by)
    return [each.id for each in every]


def extend_together(
    deps: Deps,
    tx: Transaction,
    agreement: Agreement,
    term: int,
    by: Principal,
    *,
    since: datetime,
    also: Callable[[Sequence[str]], Collection[str]],
) -> list[str]:
    """Extend the term of this agreement; if it had ended, also of those of its bundle that ``also``
    leaves, with one new link for all.

    Returns the ids of the extended; none if done after ``since``. Raises as for one.
    """
    if agreement.state is not State.EXPIRED:
        until = end_of_day_after(tx.now(), term)
        reached = agreement.expires_at is not None and agreement.expires_at >= until
        if not (reached and _renewed(tx, agreement, since)):
            extend_in(deps, tx, agreement, term, by)
        return [agreement.id]
    ended = [each for each in bundled_with(tx, agreement) if each.state is State.EXPIRED]
    left = also([each.id for each in ended])
    others = [each for each in ended if each.id in left]
    extended = [extend_without_link(tx, each, term, by) for each in (agreement, *others)]
    _renew(deps, tx, [each for each, needs_link in extended if needs_link], by)
    return [each.id for each, _ in extended]


def _renewed(tx: Transaction, agreement: Agreement, since: datetime) -> bool:
    link = tx.signing.live_link(agreement.id)
    return bool(link and link.bundle_id and tx.bundles.made_at(link.bundle_id) > since)


def _can_sign(agreement: Agreement, now: datetime) -> bool:
    try:
        refuse_before_turn(agreement)
    except ZegelError:
        return False
    return agreement.expires_at is None or now <= agreement.expires_at


def _renew(deps: Deps, tx: Transaction, every: Sequence[Agreement], by: Principal) -> None:
    """As the first mail: by reference, together; one alone as any other."""
    if len(every) > 1:
        invite_together(deps, tx, sorted(every, key=lambda each: each.reference), by)
        return
    for each in every:
        renew_link(tx, each, issue(deps, tx, each, by))
