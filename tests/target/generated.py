"""Generated targets: libpq's names and values as people have them, and now and then as hardly anybody has them."""

from __future__ import annotations

from hypothesis import strategies as st

LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12).filter(lambda t: t.strip("-") == t)
NEON = st.builds("ep-{}-{}{}.{}.aws.neon.tech".format, LABEL, LABEL, st.sampled_from(["", "-pooler"]), LABEL)
HOST = st.one_of(NEON, LABEL, st.sampled_from(["localhost", "10.1.2.3", "::1", "2001:db8::7", "/var/run/postgresql"]))
PORT = st.integers(1, 65535).map(str)
PLAIN = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", min_size=1, max_size=12)
AWKWARD = st.text(alphabet="ab1@:/?#%&=+ ;,.'\"`\\$!{}[]()<>|*~^\t\n\ré", min_size=1, max_size=12)
UNRESOLVED = st.sampled_from(["${A}", "<%= 1 %>", "$$", "%41", "a\\\\b\\", "'\"`", "#", " ", "undefined"])
PASSWORD = st.one_of(PLAIN.map("npg_{}".format), AWKWARD, st.text(min_size=1, max_size=12), UNRESOLVED)
NAME = st.one_of(PLAIN, PLAIN, AWKWARD)
PARAMETERS = {
    "sslmode": st.sampled_from(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]),
    "sslrootcert": st.sampled_from(["system", "/etc/ssl/cert.pem", "C:\\roots\\ca.pem", "/a b/ä.pem"]),
    "channel_binding": st.sampled_from(["disable", "prefer", "require"]),
    "connect_timeout": st.integers(1, 600).map(str),
    "application_name": NAME,
    "options": st.sampled_from(["endpoint=ep-a-b-1", "-c search_path=app -c x='y z'", "endpoint=ep-x -c geqo=off"]),
    "target_session_attrs": st.sampled_from(["any", "read-write", "primary", "standby", "prefer-standby"]),
    "hostaddr": st.just("10.1.2.3"),
    "load_balance_hosts": st.sampled_from(["random", "disable"]),
    "keepalives": st.sampled_from(["0", "1"]),
    "sslnegotiation": st.sampled_from(["postgres", "direct"]),
}


@st.composite
def targets(draw: st.DrawFn) -> dict[str, str]:
    """Mostly what people have, and now and then what hardly anybody has."""
    values: dict[str, str] = {}
    if draw(st.integers(0, 9)):
        values["host"] = draw(HOST)
    elif draw(st.booleans()):
        hosts = draw(st.lists(st.one_of(NEON, LABEL), min_size=2, max_size=3))
        values["host"] = ",".join(hosts)
        if draw(st.booleans()):
            values["port"] = ",".join(draw(st.lists(PORT, min_size=len(hosts), max_size=len(hosts))))
    if draw(st.integers(0, 3)) == 0:
        values.setdefault("port", draw(PORT))
    for name, strategy in {"user": NAME, "password": PASSWORD, "dbname": NAME}.items():
        if draw(st.integers(0, 9)):
            values[name] = draw(strategy)
    for name in draw(st.lists(st.sampled_from(sorted(PARAMETERS)), max_size=3, unique=True)):
        values[name] = draw(PARAMETERS[name])
    return values
