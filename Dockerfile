# syntax=docker/dockerfile:1
# treatywatch in a container: only what the service needs to run, every package pinned by its hash, no root.
FROM python:3.11-slim-trixie AS packages
COPY deploy/requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/treatywatch/venv \
    && /opt/treatywatch/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
        -r /tmp/requirements.txt \
    && /opt/treatywatch/venv/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim-trixie
# pg_dump and pg_restore, for `treatywatch db backup` and `restore` on PostgreSQL; curl and friends are not needed
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/treatywatch --create-home --shell /usr/sbin/nologin treatywatch \
    && install -d -o treatywatch -g treatywatch /var/lib/treatywatch/backups
COPY --from=packages /opt/treatywatch/venv /opt/treatywatch/venv
COPY alembic /opt/treatywatch/alembic
COPY pipeline /opt/treatywatch/pipeline
COPY config /etc/treatywatch
COPY --chmod=755 deploy/treatywatch /usr/local/bin/treatywatch
ENV PATH=/opt/treatywatch/venv/bin:$PATH \
    PYTHONPATH=/opt/treatywatch \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TREATYWATCH_CONFIG=/etc/treatywatch
USER 10001
# the shipped configuration's database and backups are relative to it
WORKDIR /var/lib/treatywatch
VOLUME /var/lib/treatywatch
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=4).close()"]
ENTRYPOINT ["treatywatch"]
CMD ["serve"]
