"""Accepts proxies' statements about a request only as the settings allow, whatever the web server
does.

Some servers believe more than they are told to: gunicorn accepts a ``SCRIPT_NAME`` header from any
client on the same machine, and puts it in front of every address on the page. So nothing that a
server took from such a header is kept:

- the service is always at the root of its host, and its scheme is that of its own address;
- the browser's address and the host are believed from ``ZEGEL_TRUSTED_PROXIES`` hops;
- every other header by which a proxy or client could rewrite a request is removed. The service
  itself reads no header that begins with ``X-``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BELIEVED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST")
# Names in WSGI's form. ``Proxy`` would set a proxy for outgoing requests.
REWRITING = ("HTTP_FORWARDED", "HTTP_SCRIPT_NAME", "HTTP_PATH_INFO", "HTTP_PROXY", "HTTP_VIA")


class OnlyOurProxies:
    """Accepts the statements of our own ``hops`` proxies, and of nobody else."""

    def __init__(self, app: WSGIApplication, *, hops: int, base_url: str) -> None:
        self._app = ProxyFix(app, x_for=hops, x_host=hops, x_proto=0) if hops else app
        self._kept = BELIEVED if hops else ()
        self._scheme = urlsplit(base_url).scheme

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = ""
        environ["wsgi.url_scheme"] = self._scheme
        for name in [name for name in environ if self._is_refused(name)]:
            del environ[name]
        return self._app(environ, start)

    def _is_refused(self, name: str) -> bool:
        rewrites = name in REWRITING or name.startswith("HTTP_X_")
        return rewrites and name not in self._kept
