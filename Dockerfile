# pgwhy in a small image: one wheel and its libraries, no shell tools of ours, a user without rights.
#   docker build -t pgwhy . && docker run --rm -e DATABASE_URL pgwhy env:DATABASE_URL
FROM python:3.13-slim AS build

WORKDIR /src
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE ./
COPY diagnostics diagnostics
COPY rules rules
COPY fixtures/faults fixtures/faults
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && python -m venv /opt/pgwhy \
    && /opt/pgwhy/bin/pip install --no-cache-dir /wheels/*.whl \
    && /opt/pgwhy/bin/pip uninstall --yes pip

FROM python:3.13-slim

LABEL org.opencontainers.image.title="pgwhy" \
      org.opencontainers.image.description="Why does this Postgres connection fail, and what makes it work?" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/pgwhy /opt/pgwhy
# No byte code is written and no home is needed, so that the file system may be read-only.
ENV PATH=/opt/pgwhy/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["pgwhy"]
