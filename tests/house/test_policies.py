"""Every entrance to the service has a policy, and every name that one part uses for another
exists."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import built, settings_in
from flask import Flask
from werkzeug.routing import Rule

from service.agreement.permissions import Permission
from service.app import create_app
from service.database.queue.jobs import QUEUES, Task
from service.deps import Deps
from service.running.jobs import JOBS, PERIODIC
from service.running.worker import register
from service.web.context import policy_of
from service.wiring.queue import worker_app
from service.workflow import tasks

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "templates" / "nl" / "pages"
TEMPLATES = sorted(
    file for file in (ROOT / "templates" / "nl").rglob("*") if file.suffix in (".html", ".txt")
)
SAFE = {"GET", "HEAD", "OPTIONS"}
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/none"


@pytest.fixture(scope="module")
def deps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deps]:
    """Everything built, nothing connected."""
    with built(settings_in(tmp_path_factory.mktemp("data")), NOWHERE) as made:
        yield made


@pytest.fixture(scope="module")
def app(deps: Deps) -> Flask:
    return create_app(deps)


def routes(app: Flask) -> list[Rule]:
    """Every route but Flask's own for static files."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_has_a_policy(app: Flask) -> None:
    forgotten = [
        rule.rule for rule in routes(app) if policy_of(app.view_functions[rule.endpoint]) is None
    ]
    assert len(routes(app)) > 40
    assert forgotten == []


def test_every_policy_says_something_that_is(app: Flask) -> None:
    permissions = {permission.value for permission in Permission} | {""}
    for rule in routes(app):
        policy = policy_of(app.view_functions[rule.endpoint])
        assert policy is not None
        assert policy.kind in ("public", "signer", "staff"), rule.rule
        if policy.kind == "public":
            assert policy.detail, f"{rule.rule} does not say why everybody may see it"
        if policy.kind == "staff":
            assert policy.detail in permissions, rule.rule


def _address(rule: Rule) -> str:
    return re.sub(r"<(int:)?[^>]+>", lambda match: "1" if match[1] else "x", rule.rule)


def test_no_form_is_taken_from_another_site(app: Flask) -> None:
    """Refused before anything is read: the database here does not even exist."""
    browser = app.test_client()
    tried = 0
    for rule in routes(app):
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - SAFE):
            if getattr(view, "no_cookies", False):
                continue
            answer = browser.open(_address(rule), method=method, base_url="http://localhost")
            assert answer.status_code == 400, f"{method} {rule.rule}"
            tried += 1
    assert tried > 20


def test_staff_pages_send_a_stranger_to_sign_in(app: Flask) -> None:
    browser = app.test_client()
    for rule in routes(app):
        policy = policy_of(app.view_functions[rule.endpoint])
        if policy and policy.kind == "staff" and "GET" in (rule.methods or set()):
            answer = browser.get(_address(rule), base_url="http://localhost")
            assert answer.status_code == 303, rule.rule
            assert answer.headers["Location"].startswith("/aanmelden"), rule.rule


def test_a_changing_step_is_no_get(app: Flask) -> None:
    for rule in routes(app):
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert len(methods) == 1, f"{rule.rule} takes {methods}: one view for each"


def test_every_named_endpoint_is_there(app: Flask) -> None:
    named: dict[str, str] = {}
    for file in [*PAGES.rglob("*.html"), *(ROOT / "service" / "web").rglob("*.py")]:
        for name in re.findall(r"""url_for\(\s*['"]([\w.]+)['"]""", file.read_text("utf-8")):
            named[name] = str(file.relative_to(ROOT))
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert len(named) > 10
    assert {name: file for name, file in named.items() if name not in known} == {}


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_template_parses(app: Flask, file: Path) -> None:
    app.jinja_env.parse(file.read_text(encoding="utf-8"))


def test_every_task_has_a_step_that_takes_its_arguments() -> None:
    known = {task for task in vars(tasks).values() if isinstance(task, Task)}
    assert len(known) > 9
    assert [job.task for job in JOBS if job.task in known] == [job.task for job in JOBS]
    assert {job.task for job in JOBS} == known
    names = [job.task.name for job in JOBS] + [each.name for each in PERIODIC]
    assert len(set(names)) == len(names)
    for job in JOBS:
        takes = list(inspect.signature(job.step).parameters)
        assert job.task.about in takes[1:] or job.task.single, job.task.name
        assert job.task.queue in QUEUES


def test_what_time_brings_is_on_the_clock(deps: Deps) -> None:
    app = worker_app(NOWHERE)
    register(deps, app)
    clock = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert {"expire", "remind", "sweep", "tidy", "renew", "prolong"} <= clock.keys()
    assert clock["remind"] == "*/10 * * * *", "nine o'clock must be one of them"


def test_imports_go_down_only() -> None:
    """The contracts of .importlinter, which analyses the code without running it."""
    program = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-3000:]
    assert "0 broken" in found.stdout
