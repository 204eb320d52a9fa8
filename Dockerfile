# syntax=docker/dockerfile:1
# One image for web and worker. Both stages use scripts/setup: the same steps as on any machine.

FROM python:3.12-slim-bookworm AS packages
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
# What changes seldom comes first: the locked packages are a layer of their own.
COPY scripts/setup scripts/setup
COPY pyproject.toml uv.lock README.md ./
COPY service/__init__.py service/
COPY signatures/__init__.py signatures/
COPY storage/__init__.py storage/
RUN scripts/setup run python && rm -rf .venv-tools /root/.cache

FROM python:3.12-slim-bookworm
WORKDIR /app
COPY scripts/setup scripts/setup
RUN scripts/setup run system && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --create-home --shell /usr/sbin/nologin zegel \
    && install -d -o zegel -g zegel -m 0700 /data
COPY --from=packages /app/.venv .venv
COPY pyproject.toml README.md ./
COPY service service
COPY signatures signatures
COPY storage storage
COPY templates templates
COPY examples examples
RUN .venv/bin/python -m compileall -q service signatures storage
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    ZEGEL_MODE=production \
    ZEGEL_DATA=/data \
    ZEGEL_HOST=0.0.0.0 \
    ZEGEL_PORT=8000
USER zegel
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["zegel", "web"]
