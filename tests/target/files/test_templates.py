"""Files of settings that Rails or Helm fills in first: what is decided there is not guessed, and the rest is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy.target import Target, read
from tests.target.machines import machine

RAILS = """\
<%# by hand %>
<%- pool = 5 -%>
default: &default
  adapter: postgresql
  pool: <%= pool %>
  <% if ENV["DB_HOST"] %>
  host: <%= ENV["DB_HOST"] %>
  username: acme
  <% else %>
  # on this machine
  <% end %>
development:
  <<: *default
  database: acme_development
production:
  adapter: postgresql
  host: db.acme.internal
  username: acme
  database: acme
"""
HELM = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "acme.labels" . | nindent 2 }}
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          image: acme/web
          env:
            {{- if .Values.own }}
            - name: OTHER
              value: "1"
            {{- else if .Values.other }}
            - name: OTHER
              value: "2"
            {{- end }}
            - name: DATABASE_URL
              value: postgresql://alex@db.acme.internal/shop
"""


def target(folder: Path, name: str, text: str, inside: str | None = None) -> Target:
    (folder / name).write_text(text)
    return read(f"@{name}", machine({}, folder=folder), inside=inside)


def says(found: Target) -> list[str]:
    return [problem.code.value for problem in found.problems]


def test_what_rails_decides_with_a_condition_is_not_guessed(tmp_path: Path) -> None:
    assert set(says(target(tmp_path, "database.yml", RAILS, "development"))) == {"value-computed"}


def test_beside_a_condition_of_rails_a_file_is_read_on_its_own_lines(tmp_path: Path) -> None:
    found = target(tmp_path, "database.yml", RAILS, "production")
    assert says(found) == []
    assert [found.value(name) for name in ("host", "user", "dbname")] == ["db.acme.internal", "acme", "acme"]
    assert found.settings["host"].source.line == 17


def test_beside_an_action_of_helm_a_manifest_is_read(tmp_path: Path) -> None:
    found = target(tmp_path, "deployment.yaml", HELM)
    assert (says(found), found.value("host")) == ([], "db.acme.internal")


def test_what_an_action_of_helm_decides_about_is_not_guessed(tmp_path: Path) -> None:
    text = HELM.replace("            {{- end }}\n", "") + "            {{- end }}\n"
    assert says(target(tmp_path, "deployment.yaml", text)) == ["value-computed"]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("name: web\nspec", "name: {{ .Release.Name }}\nspec", "value-computed"),
        ("name: web\nspec", "name: [web\nspec", "value-computed"),  # in a template nobody can tell what is wrong
        ("/shop", "/{{ .Values.database }}", "value-computed"),
    ],
)
def test_a_template_as_a_whole_is_not_called_broken(tmp_path: Path, before: str, after: str, code: str) -> None:
    assert says(target(tmp_path, "deployment.yaml", HELM.replace(before, after))) == [code]


def test_a_broken_file_without_a_template_is_called_so(tmp_path: Path) -> None:
    assert says(target(tmp_path, "database.yml", "production: [\n")) == ["file-unreadable"]
