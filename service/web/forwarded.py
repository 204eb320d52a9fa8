"""Accepts proxies' statements about a request only as the settings allow.

Some web servers believe more: gunicorn accepts ``SCRIPT_NAME`` from any client on the same machine.
So whatever the server took from headers:

- the service is at the root of its host, with the scheme of its own address;
- the browser's address and host come from ``ZEGEL_TRUSTED_PROXIES`` hops;
- every other header that could rewrite a request is removed, with all that begin with ``X-``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BELIEVED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST")
# In WSGI's form. ``Proxy`` would set a proxy for outgoing requests.
REWRITING = ("HTTP_FORWARDED", "HTTP_SCRIPT_NAME", "HTTP_PATH_INFO", "HTTP_PROXY", "HTTP_VIA")


class OnlyOurProxies:
    """Accepts statements only from our own ``hops`` proxies."""

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
