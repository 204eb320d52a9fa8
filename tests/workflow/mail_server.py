"""A mail server controlled by the test, for steps that do not depend on how mail is sent."""

from __future__ import annotations

import dataclasses
from email.message import EmailMessage

from house import House

from service.deps import Deps


class Server:
    """A mail server with given answers, to test what follows."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.got: list[EmailMessage] = []

    def send(self, message: EmailMessage, *, recipient: str) -> None:
        self.got.append(message)
        if answer := self.answers.pop(0):
            raise answer


def through(house: House, server: Server) -> Deps:
    return dataclasses.replace(house.deps, mailer=server)
