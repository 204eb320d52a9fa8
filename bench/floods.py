"""W11: a signer's page while others flood the service, as a ratio to an undisturbed minute.

    python -m bench.floods                     # this tree
    python -m bench.floods --before bfae3d2    # and an older commit, in the same run

Separate processes flood only loopback. A page is awaited ``PATIENCE_SECONDS`` at most. The older
tree gets this bench and road.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.before import told_by, tree_of
from bench.client import Client

ROOT = Path(__file__).resolve().parents[1]
AT_ONCE = 20
PAGES = 11
PATIENCE_SECONDS = 5.0
FLOODS = {
    "20 dribble headers": ("headers",),
    "20 dribble bodies": ("bodies",),
    "20 sign in": ("sign-ins",),
    "20 have a hostile file verified": ("files",),
    "all of these at once": ("headers", "bodies", "sign-ins", "files"),
}


def measure(hostile: Path) -> dict[str, float]:
    """The median of ``PAGES`` pages in milliseconds, undisturbed and flooded."""
    # Not loaded by the flooding processes, which so start sooner.
    from bench.workshop import workshop  # noqa: PLC0415

    with workshop() as open_workshop:
        signer = open_workshop.new("proved")
        open_workshop.wait.until_idle()
        with Client(open_workshop.port, signer.secret) as client:
            for _ in range(20):
                client.get("/tekenen/lezen")
        found = {"quiet": _pages(open_workshop.port, signer.secret)}
        for name, kinds in FLOODS.items():
            print(f"{name} …", file=sys.stderr)
            with _flooded(kinds, open_workshop.port, hostile):
                found[name] = _pages(open_workshop.port, signer.secret)
        return found


def _pages(port: int, secret: str) -> float:
    """Each on a new connection, as for the next signer."""
    took = []
    for _ in range(PAGES):
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(
                "GET", "/tekenen/lezen", headers={"Cookie": f"zegel-signer={secret}"}
            )
            if connection.getresponse().status != http.client.OK:
                raise RuntimeError("no page")
            took.append((time.perf_counter() - began) * 1000)
        except TimeoutError:
            took.append(PATIENCE_SECONDS * 1000)
        finally:
            connection.close()
    return statistics.median(took)


@contextmanager
def _flooded(kinds: Sequence[str], port: int, hostile: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "bench.floods", "--port", str(port), "--hostile", str(hostile)]
    processes = [
        subprocess.Popen([*command, "--flood", kind], cwd=ROOT, stdout=subprocess.PIPE)
        for kind in kinds
    ]
    try:
        for each in processes:
            if each.stdout is None or not each.stdout.readline():  # printed when it has started
                raise RuntimeError("no flood")
        yield
    finally:
        for each in processes:
            each.kill()
            each.wait()


def flood(kind: str, port: int, hostile: Path) -> None:
    """Run one of the floods until killed."""
    if kind in ("headers", "bodies"):
        _dribble(port, kind)
    work = _sign_in if kind == "sign-ins" else _verify
    pdf = hostile.read_bytes()
    threads = [threading.Thread(target=work, args=(port, pdf, n)) for n in range(AT_ONCE)]
    for each in threads:
        each.start()
    _say_so()


def _say_so() -> None:
    time.sleep(1)  # every thread has made a request by then
    print("flooding", flush=True)


def _dribble(port: int, kind: str) -> None:
    said = f"POST /tekenen/gegevens HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    said += "Content-Type: application/x-www-form-urlencoded\r\n"
    said += "X-Slow: " if kind == "headers" else "Content-Length: 100000\r\n\r\n"
    opened: list[socket.socket] = []
    announced = False
    while True:
        while len(opened) < AT_ONCE:
            opened.append(socket.create_connection(("127.0.0.1", port)))
            opened[-1].sendall(said.encode())
        if not announced:
            _say_so()
            announced = True
        time.sleep(1)
        for each in list(opened):
            try:
                each.send(b"x")
            except OSError:  # closed by the server: the next one takes its place
                opened.remove(each)


def _sign_in(port: int, _: bytes, number: int) -> None:
    with Client(port, "") as client:
        page = client.get("/aanmelden").decode()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        if token is None:
            raise LookupError("csrf_token")
        tries = 0
        while True:
            tries += 1
            fields = [("csrf_token", token[1]), ("email", f"{number}-{tries}@x.example")]
            _post(client, "/aanmelden", [*fields, ("password", "verkeerd")])


def _post(client: Client, path: str, fields: Sequence[tuple[str, str]]) -> None:
    try:
        client.post(path, fields)
    except (RuntimeError, TimeoutError):  # refused, or too slow: the next one
        client.hang_up()


def _verify(port: int, pdf: bytes, _: int) -> None:
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("POST", "/api/verify", pdf, {"Content-Type": "application/pdf"})
            connection.getresponse().read()
        except OSError:  # closed by the server
            continue
        finally:
            connection.close()


def _table(columns: Mapping[str, Mapping[str, float]]) -> str:
    lines = ["| a signer's page |" + "".join(f" {name} | |" for name in columns)]
    lines.append("|---|" + "---|---|" * len(columns))
    for flooded in ("quiet", *FLOODS):
        cells = [
            f" {found[flooded]:.0f} ms | {found[flooded] / found['quiet']:.1f} × |"
            for found in columns.values()
        ]
        lines.append(f"| {flooded} |" + "".join(cells))
    return "\n".join(lines)


def main() -> None:
    """Flood, or measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.floods")
    parser.add_argument("--before", default="", help="a commit to compare with")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--hostile", type=Path)
    parser.add_argument("--flood", default="", help="be one of the floods")
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    if asked.flood:
        flood(asked.flood, asked.port, asked.hostile)
        return
    with tempfile.TemporaryDirectory(prefix="zegel-bench-") as folder:
        hostile = asked.hostile or _hostile(Path(folder, "hostile.pdf"))
        if asked.json:
            print(json.dumps(measure(hostile)))
            return
        columns = {}
        if asked.before:
            with tree_of(asked.before) as tree:
                columns["before"] = told_by(tree, "bench.floods", "--hostile", str(hostile))
        print(_table({**columns, "now": measure(hostile)}))


def _hostile(path: Path) -> Path:
    # An older tree lacks it, and is given the file.
    from tests.signatures.hostile import many_tables  # noqa: PLC0415

    path.write_bytes(many_tables(19, 900))
    return path


if __name__ == "__main__":
    main()
