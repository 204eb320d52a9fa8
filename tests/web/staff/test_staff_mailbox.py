"""The mailbox of development mode."""

from __future__ import annotations

import re
from email.message import EmailMessage

from app_browser import Browser
from flask import Flask

from service.deps import Deps


def test_a_mail_can_be_read_followed_and_its_file_saved(app: Flask, deps: Deps) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "zegel@localhost", "an@peeters.example"
    message["Subject"], message["Message-ID"] = "Jansen & Zn <test>", "<1@localhost>"
    message.set_content("Bekijk http://localhost/tekenen/link/zegel_abc. Tot dan.")
    message.add_alternative('<p style="color:red">Bekijk</p><script>1</script>', subtype="html")
    message.add_attachment(b"%PDF-1.7", "application", "pdf", filename="overeenkomst.pdf")
    deps.mailer.send(message, recipient="an@peeters.example")
    browser = Browser(app.test_client())
    browser.get("/mailbox")
    link = re.search(r'href="(/mailbox/[^"]+)">Jansen & Zn <test></a>', browser.page)
    assert link
    browser.get(link[1])
    assert 'href="http://localhost/tekenen/link/zegel_abc"' in browser.page
    html = browser.get(f"{link[1]}/html")
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert "script-src" not in html.headers["Content-Security-Policy"]
    assert browser.get(f"{link[1]}/bijlage/1").data == b"%PDF-1.7"
    assert browser.get(f"{link[1]}/bijlage/2").status_code == 404
    assert browser.get("/mailbox/../../etc/passwd").status_code == 404
