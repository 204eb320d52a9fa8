"""Headers that only a proxy may send, sent to the real web process."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.engines import ObjectStoreAddress
from service.engines.process import free_ports, wait_until

SECONDS = 60
OTHERS = {
    "X-Script-Name": "/evil",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "666",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Scheme": "gopher",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Ssl": "on",
    "X-Original-URL": "/medewerkers",
    "X-Rewrite-URL": "/medewerkers",
    "X-HTTP-Method-Override": "POST",
    "X-Real-IP": "6.6.6.6",
    "Forwarded": "for=6.6.6.6;host=evil.example;proto=gopher",
    "Path-Info": "/evil",
    "Proxy": "http://evil.example",
}


class Served:
    """A web process that listens."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, path: str, headers: dict[str, str]) -> tuple[int, str]:
        """Status and page, without what varies."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        return answer.status, re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", page)

    def answers(self) -> bool:
        try:
            return self.ask("/healthz", {})[0] == 200
        except (OSError, http.client.HTTPException):
            return False


@contextmanager
def served(
    directory: Path, database: str, store: ObjectStoreAddress, **settings: str
) -> Iterator[Served]:
    """``zegel web`` on its own port."""
    [port] = free_ports(1)
    given = {
        "ZEGEL_MODE": "development",
        "ZEGEL_DATA": str(directory),
        "ZEGEL_PORT": str(port),
        "ZEGEL_WEB_WORKERS": "1",
        "DATABASE_URL": database,
        "S3_ENDPOINT_URL": store.endpoint_url,
        "S3_ACCESS_KEY_ID": store.access_key_id,
        "S3_SECRET_ACCESS_KEY": store.secret_access_key,
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "web"], env={"PATH": os.defpath, **given}
    )
    found = Served(port)
    try:
        assert wait_until(lambda: found.answers() or process.poll() is not None, seconds=SECONDS)
        assert process.poll() is None
        yield found
    finally:
        process.terminate()
        process.wait(SECONDS)


@pytest.fixture(scope="module")
def direct(
    tmp_path_factory: pytest.TempPathFactory, one_database: str, object_store: ObjectStoreAddress
) -> Iterator[Served]:
    """Without a proxy in front."""
    with served(tmp_path_factory.mktemp("direct"), one_database, object_store) as found:
        yield found


@pytest.fixture(scope="module")
def behind_one(
    tmp_path_factory: pytest.TempPathFactory, one_database: str, object_store: ObjectStoreAddress
) -> Iterator[Served]:
    """With one proxy in front, on the same machine."""
    with served(
        tmp_path_factory.mktemp("behind"),
        one_database,
        object_store,
        ZEGEL_TRUSTED_PROXIES="1",
        ZEGEL_BASE_URL="https://zegel.example",
    ) as found:
        yield found


def test_nobody_moves_the_service_to_another_address(direct: Served) -> None:
    own = {"Host": f"127.0.0.1:{direct.port}"}
    status, plain = direct.ask("/aanmelden", own)
    assert status == 200
    assert 'href="/static/' in plain
    for name, value in {
        **OTHERS,
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "6.6.6.6",
        # The beginning of the real path: gunicorn's own threads answered 500 to any other.
        "SCRIPT_NAME": "/aanmel",
        "Script-Name": "/aanmel",
    }.items():
        assert direct.ask("/aanmelden", {**own, name: value}) == (200, plain), name


def test_behind_a_proxy_only_address_and_host_are_believed(behind_one: Served) -> None:
    ours = {"Host": "web:8000", "X-Forwarded-Host": "zegel.example"}
    status, plain = behind_one.ask("/aanmelden", ours)
    assert status == 200
    for name, value in {**OTHERS, "SCRIPT_NAME": "/aanmel"}.items():
        assert behind_one.ask("/aanmelden", {**ours, name: value}) == (200, plain), name
    # A name with underscores is another header, not the proxy's.
    smuggled = {**ours, "X_Forwarded_Host": "evil.example"}
    assert behind_one.ask("/aanmelden", smuggled) == (200, plain)
    assert behind_one.ask("/aanmelden", {**ours, "X-Forwarded-Host": "evil.example"})[0] == 400
    assert behind_one.ask("/aanmelden", {"Host": "web:8000"})[0] == 400
