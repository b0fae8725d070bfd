"""The files that settings name or leave to libpq: the password file, the root certificates, the client's key."""

from __future__ import annotations

import stat
from pathlib import Path

from pgwhy.client import Client
from pgwhy.machine import Machine
from pgwhy.target import protection
from pgwhy.target.facts import PasswordState, TargetFacts
from pgwhy.target.model import Target


def password_elsewhere(target: Target, facts: TargetFacts, machine: Machine) -> str:
    """Where another password for the same connection lies, PGPASSWORD or the password file; empty: nowhere."""
    if target.password is None or target.password_source is None:
        return ""
    used = target.password.reveal()
    if machine.environment.get("PGPASSWORD", used) != used:
        return "PGPASSWORD (environment)"
    from pgwhy.target.forms import passfile
    from pgwhy.target.reading.completion import default_user

    path = passfile.where(machine, target.value("passfile"))
    user = facts.user or default_user(machine)
    if path is None:
        return ""
    found = passfile.find(path, machine, facts.host or "", facts.port or 5432, facts.dbname or user, user)
    return f"{found.path} line {found.line}" if found and found.password != used else ""


def passfile_ignored(target: Target, facts: TargetFacts, machine: Machine) -> str:
    """The password file that libpq ignores, because others may read it, where a password is missing; else empty."""
    if facts.password is not PasswordState.MISSING:
        return ""
    from pgwhy.target.forms import passfile

    path = passfile.where(machine, target.value("passfile"))
    return str(path) if path and passfile.others_may_read(path, machine) else ""


def root_file_missing(facts: TargetFacts, client: Client, machine: Machine) -> str:
    """The root file that verification lacks: the one asked for, else libpq's own; empty if there is one."""
    if facts.sslmode not in ("verify-ca", "verify-full"):
        return ""
    if facts.sslrootcert == "system":
        return "system" if client.system_roots is False else ""
    if facts.sslrootcert:
        path = _path(facts.sslrootcert, machine)
    elif own := machine.postgres_file("root.crt"):
        path = own
    else:
        return "root.crt in the home folder, which is not known"
    return "" if path.exists() else str(path)


def client_key_fault(target: Target, machine: Machine) -> str:
    """A fault of them as libpq checks them (fe-secure-openssl.c): a key beside each certificate, and rights for
    nobody else. Empty: none."""
    certificate, key = target.value("sslcert"), target.value("sslkey")
    certificate_path = _path(certificate, machine) if certificate else machine.postgres_file("postgresql.crt")
    if certificate and certificate_path and not certificate_path.exists():
        return f"the certificate {certificate_path} does not exist"
    if (
        certificate_path is None
        or not certificate_path.exists()
        or protection.names_an_engine(key or "", machine.platform)
    ):
        return ""
    key_path = _path(key, machine) if key else machine.postgres_file("postgresql.key")
    if key_path is None or not key_path.exists():
        return f"the private key {key_path} for {certificate_path} does not exist"
    return _loose_rights(key_path, machine)


def _loose_rights(key: Path, machine: Machine) -> str:
    if machine.platform == "win32":
        return ""
    try:
        status = key.stat()
    except OSError as error:
        return f"the private key {key} cannot be read: {error.strerror}"
    # A key of root's may be readable by its group, any other only by its owner.
    allowed = stat.S_IRWXU | stat.S_IRGRP if status.st_uid == 0 else stat.S_IRWXU
    loose = stat.S_IMODE(status.st_mode) & ~allowed
    return f"others may read the private key {key}; chmod 600 fixes that" if loose else ""


def _path(text: str, machine: Machine) -> Path:
    return machine.folder / text
