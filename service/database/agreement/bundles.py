"""Links that were mailed as one, to a person who signs several agreements.

One token opens all links, and a code counts for all it was mailed for; everything else is per
agreement.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, text, union_all, update

from service.agreement.capabilities import Purpose
from service.agreement.lists import MailedWith
from service.agreement.model import Agreement
from service.agreement.states import State
from service.agreement.terms import LINK_SESSION_HOURS
from service.database.agreement.rows import WHOLE, as_agreement
from service.database.agreement.signing import Link, again
from service.database.agreement.visits import ADDRESSED, OF_LINK, link_of
from service.database.tables.agreements import agreements
from service.database.tables.links import (
    bundle_sessions,
    code_challenges,
    link_bundles,
    link_sessions,
    links,
)
from service.database.tables.records import Records, record


@dataclass(frozen=True)
class BundleSession:
    """A browser in which a bundle was opened."""

    secret_hash: bytes
    bundle_id: str
    browser: str
    expires_at: datetime


_ENTRIES = (
    WHOLE.add_columns(*OF_LINK)
    .join(links, links.c.agreement_id == agreements.c.id)
    .join(ADDRESSED, ADDRESSED.c.id == links.c.signatory_id)
    .where(links.c.bundle_id == bindparam("bundle"))
    .order_by(agreements.c.reference)
)
_SESSION = select(bundle_sessions).where(
    bundle_sessions.c.secret_hash == bindparam("secret"),
    bundle_sessions.c.expires_at > func.clock_timestamp(),
)
_SESSION_BEHIND = (
    select(
        link_sessions.c.secret_hash,
        links.c.bundle_id,
        link_sessions.c.browser,
        link_sessions.c.expires_at,
    )
    .join(links, links.c.id == link_sessions.c.link_id)
    .where(
        link_sessions.c.secret_hash == bindparam("secret"),
        link_sessions.c.browser.is_not(None),
        link_sessions.c.expires_at > func.clock_timestamp(),
    )
)
# Always in the same order, against deadlocks.
_HOLD = (
    select(agreements.c.id)
    .where(
        agreements.c.id.in_(
            select(links.c.agreement_id).where(
                links.c.bundle_id == bindparam("bundle"), links.c.ended == ""
            )
        )
    )
    .order_by(agreements.c.id)
    .with_for_update()
)
_BUNDLE_BEHIND = (
    select(links.c.bundle_id)
    .join(link_sessions, link_sessions.c.link_id == links.c.id)
    .where(link_sessions.c.secret_hash == bindparam("secret"), links.c.bundle_id.is_not(None))
)
_BUNDLE_OF = select(links.c.bundle_id).where(
    links.c.agreement_id == bindparam("agreement"),
    links.c.ended == "",
    links.c.bundle_id.is_not(None),
)
# Rather one for signing: it is enough for everything.
_PROOF = (
    select(code_challenges.c.id, code_challenges.c.consumed_at)
    .where(
        code_challenges.c.link_id == bindparam("bundle"),
        code_challenges.c.browser == bindparam("browser"),
        bindparam("reference") == func.any(code_challenges.c.together),
    )
    .order_by(
        (code_challenges.c.purpose == Purpose.SIGN.value).desc(),
        code_challenges.c.consumed_at.desc(),
    )
    .limit(1)
)
_ANY = links.alias("any")
_OTHERS_WITH = (
    select(links.c.id, links.c.agreement_id)
    .join(_ANY, _ANY.c.bundle_id == links.c.bundle_id)
    .where(_ANY.c.id == bindparam("link"), links.c.id != _ANY.c.id, links.c.ended == "")
)

# An agreement can be mailed again with others.
_LAST = (
    select(links.c.id)
    .where(links.c.agreement_id == bindparam("agreement"), links.c.bundle_id.is_not(None))
    .order_by(links.c.created_at.desc())
    .limit(1)
    .scalar_subquery()
)
_MAILED_WITH = (
    select(
        agreements.c.reference,
        agreements.c.controller["name"].astext.label("organisation"),
        agreements.c.state,
        agreements.c.effective_date,
        ((links.c.ended != "") | (_ANY.c.ended != "")).label("left"),
    )
    .join(links, links.c.agreement_id == agreements.c.id)
    .join(_ANY, _ANY.c.bundle_id == links.c.bundle_id)
    .where(_ANY.c.id == _LAST, links.c.id != _ANY.c.id)
    .order_by(agreements.c.reference)
)


class Bundles(Records):
    def add(self, bundle_id: str, token_hash: bytes) -> None:
        """Add a bundle; ``bundle_id`` is also that of its first link."""
        self._connection.execute(insert(link_bundles).values(id=bundle_id, token_hash=token_hash))

    def by_token(self, token_hash: bytes) -> str | None:
        found = select(link_bundles.c.id).where(link_bundles.c.token_hash == token_hash)
        bundle_id: str | None = self._connection.execute(found).scalar_one_or_none()
        return bundle_id

    def bundle_of(self, link_id: str) -> str:
        """The id of the bundle that a link is in, or was in before it ended."""
        found = select(links.c.bundle_id).where(links.c.id == link_id)
        return str(self._connection.execute(found).scalar_one())

    def made_at(self, bundle_id: str) -> datetime:
        """By the database's clock."""
        found = select(link_bundles.c.created_at).where(link_bundles.c.id == bundle_id)
        made: datetime = self._connection.execute(found).scalar_one()
        return made

    def others_with(self, link_id: str) -> dict[str, str]:
        """The other links still in the bundle, by agreement."""
        rows = self._connection.execute(_OTHERS_WITH, {"link": link_id})
        return {row.agreement_id: row.id for row in rows}

    def mailed_with(self, agreement_id: str) -> list[MailedWith]:
        """The other agreements of the last bundle that this one was put in, by reference."""
        rows = self._connection.execute(_MAILED_WITH, {"agreement": agreement_id})
        return [record(MailedWith, row, state=State(row.state)) for row in rows]

    def entries(self, bundle_id: str) -> list[tuple[Link, Agreement, datetime]]:
        """By reference, with the database's time of reading."""
        rows = self._connection.execute(_ENTRIES, {"bundle": bundle_id}).mappings()
        return [(link_of(row), as_agreement(row), row["read_at"]) for row in rows]

    def hold(self, bundle_id: str) -> None:
        """Take the row locks of all agreements whose link is still in the bundle."""
        self._connection.execute(_HOLD, {"bundle": bundle_id})

    def hold_behind(self, secret_hash: bytes) -> None:
        """The same for the bundle of a session's link, if it has one."""
        self._hold_any(self._column(_BUNDLE_BEHIND, {"secret": secret_hash}))

    def hold_with(self, agreement_id: str) -> None:
        """The same for the bundle of this agreement's link, if any. Call it before locking the
        agreement, to keep the order of locks."""
        self._hold_any(self._column(_BUNDLE_OF, {"agreement": agreement_id}))

    def _hold_any(self, found: Sequence[str]) -> None:
        for bundle_id in found:
            self.hold(bundle_id)

    def session(self, secret_hash: bytes) -> BundleSession | None:
        """The unexpired session of a cookie: of the bundle, or of a link opened through it in the
        same browser, even if that link has ended."""
        for statement in (_SESSION, _SESSION_BEHIND):
            row = self._connection.execute(statement, {"secret": secret_hash}).one_or_none()
            if row:
                return record(BundleSession, row)
        return None

    def start_session(self, bundle_id: str, secret_hash: bytes) -> None:
        self._connection.execute(
            insert(bundle_sessions).values(
                secret_hash=secret_hash,
                bundle_id=bundle_id,
                browser=str(uuid.uuid4()),
                expires_at=func.clock_timestamp() + text(f"interval '{LINK_SESSION_HOURS} hours'"),
            )
        )

    def continue_session(self, known_hash: bytes, secret_hash: bytes) -> None:
        """As of one link: the same browser under a new secret, until the same moment."""
        again(self._connection, bundle_sessions, known_hash, secret_hash)

    def end_browser(self, secret_hash: bytes) -> None:
        """End everything of a bundle in the browser with this cookie, which may be one of its
        links'."""
        browsers = union_all(
            *(
                select(each.c.browser).where(
                    each.c.secret_hash == secret_hash, each.c.browser.is_not(None)
                )
                for each in (link_sessions, bundle_sessions)
            )
        )
        for browser in self._column(browsers):
            ours = select(bundle_sessions.c.bundle_id).where(bundle_sessions.c.browser == browser)
            its_links = select(links.c.id).where(links.c.bundle_id.in_(ours))
            self._connection.execute(
                delete(link_sessions).where(
                    link_sessions.c.link_id.in_(its_links), link_sessions.c.browser == browser
                )
            )
            self._connection.execute(
                delete(bundle_sessions).where(bundle_sessions.c.browser == browser)
            )

    def proof(self, session: BundleSession, reference: str) -> dict[str, Any]:
        """What a session of this agreement's link begins with: the code entered in this browser for
        it, if any."""
        asked = {"bundle": session.bundle_id, "browser": session.browser, "reference": reference}
        row = self._connection.execute(_PROOF, asked).one_or_none()
        return {"challenge_id": row.id, "authenticated_at": row.consumed_at} if row else {}

    def prove(self, challenge_id: str, browser: str, link_ids: Sequence[str]) -> None:
        """Let a code count in the sessions of this browser that these links have already."""
        self._connection.execute(
            update(link_sessions)
            .where(link_sessions.c.link_id.in_(link_ids), link_sessions.c.browser == browser)
            .values(challenge_id=challenge_id, authenticated_at=func.clock_timestamp())
        )
