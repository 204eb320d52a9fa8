"""Several agreements that one person signs, made by an import and sent in one mail."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from house import House
from lists import SERVICES, as_csv, customer

from bench.road import BROWSER
from service.agreement.batch import BatchKind
from service.agreement.capabilities import bundle_token_for
from service.workflow.bulk import batch, decide, look, run, take_in
from service.workflow.signing import bundle, sign


class Killed(BaseException):
    """Ends a worker in the middle; nothing catches it."""


AN = {"first": "An", "last": "Peeters", "email": "an@peeters.example"}


def made(house: House, *rows: tuple[str, ...], **how: Any) -> int:
    """An import of these rows, started and done; returns its number."""
    how = {"send": True, "together": True, **how}
    number = take_in.take_in(
        house.deps, as_csv(rows), "klanten.csv", house.staff, options=SERVICES
    ).number
    decide.start(house.deps, number, house.staff, **how)
    run.run(house.deps)
    return number


@dataclass
class Together:
    """An's agreements, sent in one mail, and her browsers."""

    house: House
    references: list[str] = field(default_factory=list)
    secret: str = ""  # of the bundle, in her last browser

    @classmethod
    def sent(cls, house: House, count: int = 3) -> Together:
        number = made(house, *(customer(each, **AN) for each in range(1, count + 1)))
        lines = look.lines(house.deps, number, house.staff)
        return cls(house, [each.reference for each in lines])

    @property
    def id(self) -> str:
        """Of the first one."""
        found = self.house.rows("select id from link_bundles order by created_at")[0]
        return str(found.id)

    @property
    def token(self) -> str:
        return bundle_token_for(self.house.deps.secret_key, self.id)

    def enter(self, known: str = "") -> Together:
        """Open the link in a browser."""
        self.secret = bundle.enter(self.house.deps, self.token, known=known)
        return self

    def open(self, reference: str, known: str = "") -> str:
        """Open one agreement in that browser, and return the secret of its session."""
        return bundle.open_one(self.house.deps, self.secret, reference, BROWSER, known=known)

    def ready(self, reference: str) -> str:
        """Opened in the browser of the bundle, completed, made and read."""
        deps = self.house.deps
        secret = self.open(reference)
        self.house.completes(secret)
        self.house.generate(reference)
        self.house.read(reference, secret)
        assert bundle.bundle(deps, self.secret).of(reference).status == "open"
        return secret

    def sign(self, reference: str, secret: str) -> sign.Receipt:
        """With the code that was entered before."""
        self.house.prepare(reference, secret)
        return self.house.sign(reference, secret)

    def states(self) -> dict[str, str]:
        found = bundle.landing(self.house.deps, self.token)
        assert found is not None
        return {each.agreement.reference: each.status for each in found.entries}


def in_batch(house: House, kind: BatchKind, references: list[str], **how: str) -> list[int]:
    """Done by two workers; how many lines are done, and for how many mails there are jobs."""
    before, key, seen = house.jobs().count("deliver"), str(uuid.uuid4()), len(references)
    batch.begin(house.deps, key, kind, batch.Selected(references), house.staff, seen=seen, **how)
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(batch.run, [house.deps] * 2))
    done = batch.progress(house.deps, key, house.staff).of("done")
    return [done, house.jobs().count("deliver") - before]
