"""Files as answers: a name may contain any letter."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask

from service.web.files import file


@pytest.mark.parametrize("show", [True, False])
@pytest.mark.parametrize("name", ["VO 1.pdf", "Bakkerij ’t Hof - Ó Brien-Łódź (VO-1).pdf"])
def test_a_header_carries_the_name_as_latin_1(name: str, show: bool) -> None:
    with Flask(__name__).test_request_context():
        answer = file(b"%PDF-", "application/pdf", name, show=show)
        answer.direct_passthrough = False
        assert answer.get_data() == b"%PDF-"
    said = answer.headers["Content-Disposition"]
    assert said.encode("latin-1").startswith(b"inline; " if show else b"attachment; ")
    assert name in said or quote(name) in said
