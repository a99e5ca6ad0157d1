# The grader in a container: docker run IMAGE grade --tree solutions
ARG BASE=python:3.13.1-slim-bookworm
FROM ${BASE} AS build
WORKDIR /katas
COPY requirements.lock ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY grader grader
RUN /opt/venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable .

FROM ${BASE}
RUN useradd --create-home --uid 10001 learner
COPY --from=build /opt/venv /opt/venv
WORKDIR /katas
COPY --chown=learner . .
USER 10001
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
ENTRYPOINT ["kata"]
CMD ["grade"]
