"""A mail server in a test's hand, for steps that do not care how mail travels."""

from __future__ import annotations

import dataclasses
from email.message import EmailMessage

from house import House

from service.deps import Deps


class Server:
    """A mail server that answers as it is told, to try what follows."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.got: list[EmailMessage] = []

    def send(self, message: EmailMessage, *, recipient: str) -> None:
        self.got.append(message)
        if answer := self.answers.pop(0):
            raise answer


def through(house: House, server: Server) -> Deps:
    """The installation with this mail server."""
    return dataclasses.replace(house.deps, mailer=server)
