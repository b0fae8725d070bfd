"""Rule files that somebody wrote against whoever loads them, as data: name → text, and what the refusal says."""

from __future__ import annotations

SECRET = "npg_hostile"

RULE = """
title      = "the gateway is closed"
cause      = "permission-denied-connect"
severity   = "error"
owner      = "credentials"
because    = "It says so."
references = ["https://example.com/gateway"]

[[when]]
error.message = { contains = "gateway: closed" }

[fix.a]
kind   = "repair"
title  = "open it"
steps  = "Ask its owner."
change = { set = { sslmode = "verify-full" } }
expect = { authentication.outcome = "ok" }

[[example]]
name = "psql"
[example.given]
error.message = "gateway: closed"

[[example]]
name   = "another one"
expect = "no"
[example.given]
error.message = "gateway: open"
"""
CHANGE = '{ set = { sslmode = "verify-full" } }'
TEST = '{ contains = "gateway: closed" }'


def _with(old: str, new: str) -> str:
    assert old in RULE
    return RULE.replace(old, new, 1)


def changing(change: str) -> str:
    """The rule with another change."""
    return _with(CHANGE, change)


def matching(test: str) -> str:
    """The rule with another test of the text."""
    return _with(TEST, test)


CHANGES = {
    "an engine in sslkey": '{ set = { sslcert = "/tmp/c.pem", sslkey = "/tmp/e.so:x" } }',
    "an engine where it is allowed": '{ set = { sslrootcert = "/tmp/e.so:x" } }',
    "another host": '{ set = { host = "evil.example" } }',
    "another host behind one that is allowed": '{ set = { host = "{target.direct_host},evil.example" } }',
    "another address": '{ set = { hostaddr = "192.0.2.1" } }',
    "another port": '{ set = { port = "6666" } }',
    "another service": '{ set = { service = "evil" } }',
    "another password file": '{ set = { passfile = "/tmp/p" } }',
    "a key log": '{ set = { sslkeylogfile = "/tmp/keys" } }',
    "a root of its own": '{ set = { sslrootcert = "/tmp/root.pem" } }',
    "a revocation list": '{ set = { sslcrl = "/tmp/crl.pem" } }',
    "no encryption": '{ set = { sslmode = "disable" } }',
    "perhaps no encryption": '{ set = { sslmode = "prefer" } }',
    "an sslmode out of a server's fact": '{ set = { sslmode = "{error.role}" } }',
    "a clear-text password": '{ set = { require_auth = "password" } }',
    "no check of the method": '{ remove = ["require_auth"] }',
    "no encryption by removal": '{ remove = ["sslmode"] }',
    "another root by removal": '{ remove = ["sslrootcert"] }',
    "a password": '{ set = { password = "x" } }',
    "a whole string as the database": '{ set = { dbname = "host=evil.example" } }',
    "a URL as the database": '{ set = { dbname = "postgresql://evil.example/x" } }',
    "settings in options": '{ set = { options = "-c log_statement=all" } }',
    "a setting as an option": '{ add_option = "-csession_preload_libraries=x" }',
    "another endpoint": '{ add_option = "endpoint=ep-evil-1" }',
    "options out of a server's fact": '{ add_option = "{error.message}" }',
    "every option": '{ drop_option = "" }',
    "an option of its own": '{ drop_option = "-c" }',
    "a repair that is none": '{ repair = "run" }',
    "a password that is templated": '{ password = "{target.user}" }',
    "a key that is none": '{ exec = "x" }',
}

WHOLE = {
    "a pattern that runs away": (matching('{ matches = "(a+)+$" }'), "line 10: when[1].error.message"),
    "a pattern that hung the linter": (matching('{ matches = "(.*)+x" }'), "line 10: when[1].error.message"),
    "a pattern of alternatives": (matching('{ matches = "(a|a){0,60}b" }'), "steps for each character"),
    "a pattern with a reference": (matching("{ matches = '(ab?)x\\1' }"), "refers to a group"),
    "a pattern of brackets": (matching(f'{{ matches = "{"(" * 900}" }}'), "when[1].error.message"),
    "many costly patterns": (
        matching("{ matches = '.{0,90}x' }").replace(
            "[fix.a]",
            "".join(f"[[when]]\nerror.message = {{ matches = 'y.{{0,30}}.{{0,30}}{n}' }}\n" for n in range(40))
            + "[fix.a]",
        ),
        "steps for each character",
    ),
    "an escape in the title": (
        _with('"the gateway is closed"', r'"the \u001b[31mgateway"'),
        "line 2: title: has the control",
    ),
    "OSC 8 in the reason": (
        _with('"It says so."', r'"\u001b]8;;https://evil.example\u0007It.\u001b]8;;\u0007"'),
        "because",
    ),
    "a bidi override in the steps": (_with('"Ask its owner."', '"Ask \u202e its owner."'), "U+202E"),
    "an isolate in an example's name": (_with('"psql"', '"\u2066psql"'), "line 20: example[1].name"),
    "a mark of direction": (_with('"open it"', '"open\u200e it"'), "U+200E"),
    "an Arabic mark": (_with('"open it"', '"open\u061c it"'), "U+061C"),
    "a line separator": (_with('"open it"', '"open\u2028it"'), "U+2028"),
    "a null": (_with('"open it"', r'"open\u0000it"'), "U+0000"),
    "a C1 control": (_with('"open it"', r'"open\u009b31mit"'), "U+009B"),
    "a carriage return": (_with('"open it"', r'"open\rit"'), "U+000D"),
    "an escape in a key": (_with("[fix.a]", r'[fix."\u001b[31m"]'), "a key has the control"),
    "an escape in an example": (
        _with('"gateway: open"', r'"gateway: \u001b[31mopen"'),
        "example[2].given.error.message",
    ),
    "a name of a fix that is a tag": (_with("[fix.a]", '[fix."<b>"]'), "the name of a fix"),
    "a script as a reference": (_with("https://example.com/gateway", "javascript:alert(1)"), "line 7: references"),
    "a tag in a reference": (
        _with("https://example.com/gateway", "https://x/><img src=x onerror=alert(1)>"),
        "references",
    ),
    "a file as a reference": (_with("https://example.com/gateway", "file:///etc/passwd"), "references"),
    "deep arrays": ("x = " + "[" * 15_000, "brackets"),
    "deep tables": ("x = " + "{a=" * 8_000, "brackets"),
    "a long key": (".".join("a" * 8_000) + " = 1", "a key has too many parts"),
    "a long quoted key": (".".join(['"a b"'] * 5_000) + " = 1", "a key has too many parts"),
    "nesting without brackets": ("[a.b.c.d.e.f.g.h.i.j]\nx = 1", "too many tables inside each other"),
    "a huge integer": (
        _with('error.message = "gateway: closed"', "error.message = " + "9" * 5_000),
        "number that is too long",
    ),
    "a huge hexadecimal": (RULE + "tcp.addresses_tried = 0x" + "f" * 5_000, "number that is too large"),
    "not a number": (RULE + "dns.elapsed_ms = nan", "no number that can be compared"),
    "a date": (RULE + "dns.elapsed_ms = 2026-11-28", "a date or a time"),
    "many keys": ("\n".join(f"k{n} = 1" for n in range(3_000)), "500 are allowed"),
    "many unknown keys": ("\n".join(f"{'abcdefgh' * 6}{n} = 1" for n in range(400)), "unknown key"),
    "many blocks": (RULE + "[[when]]\ntcp.outcome = 'all'\n" * 100, "at most 50"),
    "many examples": (RULE + "[[example]]\nname='x'\ngiven={}\n" * 200, "at most 100"),
    "a list for a word": (_with('"no"', '["no"]'), "example[2].expect"),
    "a list for a repair": (changing('{ repair = ["trim"] }'), "fix.a.change.repair"),
    "a list for a pattern": (matching("{ matches = ['a'] }"), "regular expression in a text"),
    "numbers in remove": (changing("{ remove = [1] }"), "fix.a.change.remove"),
    "records that are none": (RULE + "tcp.attempts = [1, {x = 2}, []]", "records"),
    "a byte order mark": ("\ufeff" + RULE, "byte order mark"),
    "too long a file": (RULE + "# " + "x" * 40_000, "larger than"),
    "no TOML": ("title = ", "line 1: not TOML"),
    "nothing": ("", "title: missing"),
    "a typing error": (_with("severity", "severty"), 'line 4: severty: unknown key; did you mean "severity"?'),
}
