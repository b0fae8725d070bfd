"""Secrets that nobody told us, found by where they stand or by their shape: a table of named detectors.

Whatever a detector finds is replaced, whether it is a secret of this run or not; what is plainly a template's text
(`<password>`, `$PGPASSWORD`) stays. Each pattern goes through a text once and matches a bounded number of characters.

Why our own and not detect-secrets (1.5, Apache-2.0): it looks for keys in source code. Of the texts in
tests/secret_texts.py it finds 19 to 38 % of the secrets by place, as the name of the file goes, and 55 % of the keys with
a form of their own; these detectors find them all, and neither marks a word of 195 public connection errors. It costs
140 ms to import, as much as a whole run, and brings requests and PyYAML. What it knows of issuers' prefixes is here.
"""

# ruff: noqa: E501  a pattern is read as a whole
from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pgwhy.redaction import named_values
from pgwhy.secret import PLACEHOLDER as HIDDEN
from pgwhy.secret import is_placeholder
from pgwhy.values import dataclass

Spans = Iterator[tuple[int, int]]


@dataclass(frozen=True)
class Detector:
    """One kind of place or shape."""

    name: str
    signs: tuple[str, ...]
    """In small letters; in a text without any of them nothing is found. Most texts have none, and cost nothing."""
    find: Callable[[str], Spans]


def hide(text: str) -> str:
    """The text with PASSWORD_HERE in every place that a detector finds."""
    if text == HIDDEN:
        return text
    lower = text.lower()
    spans: list[tuple[int, int]] = []
    for detector in DETECTORS:
        for sign in detector.signs:  # a loop: `any` with a generator takes three times as long, and batches are long
            if sign in lower:
                # An edit is in back quotes, and its end belongs to the sentence.
                spans += [s for s in detector.find(text) if not is_placeholder(text[slice(*s)].rstrip("`"))]
                break
    return _without(text, spans) if spans else text


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    out, position = [], 0
    for start, end in sorted(spans):
        if start >= position:
            out += [text[position:start], HIDDEN]
        if end > position:
            position = end
    return "".join(out) + text[position:]


def _pattern(name: str, signs: tuple[str, ...], pattern: str) -> Detector:
    """A detector by one regular expression, whose group `secret` goes."""

    def find(text: str) -> Spans:
        # Compiled, and kept by re, when a text has the signs.
        return (found.span("secret") for found in re.finditer(pattern, text))

    return Detector(name, signs, find)


def _quoted(name: str, signs: tuple[str, ...], before: str) -> Detector:
    """A detector of what is in quotes, at any depth of escaping, behind a pattern."""
    opening = before + r"""(?P<escapes>\\{0,15})(?P<mark>["'`])"""

    def find(text: str) -> Spans:
        for found in re.finditer(opening, text):
            yield found.end(), named_values.quoted_end(text, found.end(), len(found["escapes"]), found["mark"])

    return Detector(name, signs, find)


def _if_random(name: str, signs: tuple[str, ...], pattern: str) -> Detector:
    """As `_pattern`, for places in which a sentence may go on with an ordinary word."""

    def find(text: str) -> Spans:
        for found in re.finditer(pattern, text):
            start = found.start("secret")
            value = found["secret"].rstrip(".,;:)")
            if named_values.looks_random(value):
                yield start, start + len(value)

    return Detector(name, signs, find)


def _kubernetes(text: str) -> Spans:
    """Every value of a manifest of the kind Secret is one, in base64 or plain (`stringData`)."""
    if re.search(r"(?i)kind\\{0,15}[\"']?\s{0,9}:\s{0,9}\\{0,15}[\"']?Secret\b", text):
        for found in re.finditer(_KUBERNETES_VALUE, text):
            yield found.span("secret")


_KUBERNETES_VALUE = (
    r"""(?x) (?: ^[ \t]{1,20}[\w.-]{1,80}:[ \t]{1,9} | "[\w.-]{1,80}\\?"\s?:\s?\\?" )"""
    r"""(?P<secret>(?: [A-Za-z0-9+/]{4}){2,2000}(?:[A-Za-z0-9+/]{2,3}={1,2})? | [A-Za-z0-9+/]{4,4000}={1,2} )(?=\s*$|\\?")"""
).replace("(?x)", "(?xm)")

_WORD = (
    r"(?i:passw(?:or)?d|passwort|passphrase|secret|token|pwd|api[_-]?key|access[_-]?key|credentials?|connectionstring)"
)
_END = r"""(?=$|[\s"'`),;\]}>|])"""
_ARGUMENT = r"""(?:\\{0,15}'[^'\n]{0,500}'|\\{0,15}"[^"\n]{0,500}"|[\w.$>\[\]-]{1,80})\s{0,40},\s{0,40}"""

DETECTORS: tuple[Detector, ...] = (
    # In a URL
    _pattern(  # scheme://user:password@host, up to the last @ before the path; then with a raw / ? # or quote
        "url",
        ("://", ":\\", "%3a%2f%2f"),
        r"""(?xi) (?: :\\{0,15}/\\{0,15}/ | %3a%2f%2f ) [^\s:/?\#@"'\[]{0,200} (?: : | %3a ) (?P<secret>
            [^\s/?\#"'<>`]{1,2000}(?=@) | [^\s/?\#]{1,2000}(?=@) | [^\s@]{1,500}(?=@) | [^\s@%]{1,500}(?=%40) )""",
    ),
    _pattern(  # a raw space in the password; of a database only, as a sentence may have a URL and an address
        "url with spaces",
        ("://",),
        r"""(?i)postgres(?:ql)?(?:\+\w{1,20})?://[^\s:/?#@"']{1,200}:(?P<secret>(?!\d{1,5}[/?\s])[^\n@"':/]{1,120})@(?=[\w.-]{1,253}[:/])""",
    ),
    _pattern(  # cut off before its @: what follows the colon is no port
        "cut url",
        ("://",),
        r"""(?xi) (?: postgres\w* | mysql\w* | mariadb | mongodb | rediss? | amqps? | cockroachdb | redshift | pgsql )
            (?:\+\w{1,20})? :// [^\s:/?\#@"'`\[\],]{1,200} :
            (?P<secret> (?! \d{1,5} (?: [/?\#,;.:)\]}>|\s"'`] | $ ) ) [^\s@"'`]{1,2000} ) (?=$|[\s"'`])""",
    ),
    _pattern(  # user:password@host.domain or user:password@host/database, without a scheme
        "login",
        ("@",),
        r"""(?x) (?<![\w/:@.%+-]) [A-Za-z_][\w.%+-]{0,80} : (?P<secret>[^\s:@/"'<>]{1,500})
            @ (?= [\w-]{1,63} (?: \.[\w.-]+ | (?: :\d+ )? / ) )""",
    ),
    _pattern(  # what a reader that ends the password at its first @ took for the host
        "host with @",
        ("@",),
        r"""(?xi) (?: host(?:\ name)? | hostname | enotfound | lookup | getaddrinfo | resolve | address | server\ at | dial\ tcp:? )
            [\s:=(]{0,5} \\{0,15}["'`]? (?P<secret> [^\s"'@`]{1,200} (?: @ [^\s"'@`]{1,200} ){0,5}? ) @ (?=[\w-]{1,63}\.[\w.-]{2,253})""",
    ),
    # Beside a name
    Detector("named value", named_values.SIGNS, named_values.values),
    _quoted(  # CREATE/ALTER ROLE ... PASSWORD '...', and texts that say it like that
        "role statement",
        ("password", "identified by"),
        r"(?i:\b(?:(?:un)?encrypted\s{1,9})?password|identified\s{1,9}by)(?i:\s{1,9}(?:is|was|of|to))?\s{1,9}(?:E|U&)?",
    ),
    _pattern(
        "dollar-quoted password",
        ("password",),
        r"(?i:password)\s{1,9}\$(?P<tag>\w{0,20})\$(?P<secret>[^\n]{1,500}?)\$(?P=tag)\$",
    ),
    _if_random(
        "password in a sentence",
        ("passw", "token", "secret"),
        r"(?i:passw(?:or)?d|token|secret)(?i:[ ](?:is|was|used|given|of|with|to|hash))?(?::?[ ]\(?|\()(?P<secret>[^\s\"'`<>]{6,200})",
    ),
    _if_random(
        "option of a command",
        ("--", " -p"),
        rf"(?:--[\w-]{{0,40}}{_WORD}|\s-p)[ \t]{{1,4}}(?P<secret>[^\s\"'`-][^\s\"'`]{{5,200}})",
    ),
    _pattern("element", ("</",), rf"<[\w:.-]{{0,80}}{_WORD}\b[^<>\n]{{0,200}}>\s{{0,40}}(?P<secret>[^<>\s][^<>]{{0,2000}}?)\s{{0,40}}</"),
    _quoted(  # <property name="password" value="...">, {"name": "DB_PASSWORD", "value": "..."}
        "name and value",
        ("value",),
        rf"""(?:name|key|Name|Key|id)\\{{0,15}}["']?\s{{0,9}}[:=]\s{{0,9}}\\{{0,15}}["']?[\w.:-]{{0,80}}{_WORD}\w{{0,20}}\\{{0,15}}["']?(?:[\s,]|\\{{1,4}}[nrt]){{1,40}}(?:-\s)?"""
        r"""\\{0,15}["']?(?i:value)\\{0,15}["']?\s{0,9}[:=]\s{0,9}""",
    ),
    _pattern(
        "name and value in lines",
        ("value",),
        rf"""name:[ \t]{{1,9}}["']?[\w.-]{{0,80}}{_WORD}\w{{0,20}}["']?(?:\s|\\{{1,4}}[nrt]){{1,40}}value:[ \t]{{1,9}}(?P<secret>[^\s"'\\][^\n\\]{{0,2000}})""",
    ),
    _if_random(
        "name and value in a list",
        ("passw", "secret", "token"),
        rf"""["'][\w.-]{{0,40}}{_WORD}\\{{0,15}}["'],\s{{0,9}}\\{{0,15}}["'](?P<secret>[^"'\n]{{1,500}})""",
    ),
    # Arguments of a call by their place
    _quoted(
        "login in a call",
        ("pdo", "getconnection", "sequelize", "forurl", "connect("),
        rf"(?:PDO|__construct|createPdoConnection|createConnection|getConnection|Sequelize|forURL|connect)\(\s{{0,40}}(?:{_ARGUMENT}){{2}}",
    ),
    # A whole line or block
    _pattern(  # .pgpass: host:port:database:user:password
        ".pgpass",
        (":*:", ":543", ":6432", ":6543", ":254", ":55"),
        r"(?m)^\s{0,20}(?:\[[\da-fA-F:]{2,45}\]|[^\s:]{1,253}):(?:\d{4,5}|\*):[^:\s]{1,80}:(?:[^:\\\s]|\\.){1,80}:(?P<secret>\S.{0,1000})$",
    ),
    _pattern(
        ".pgpass in quotes",
        (":*:", ":543", ":6432", ":6543", ":254", ":55"),
        r"""[\"'\s](?:\[[\da-fA-F:]{2,45}\]|[^\s:\"']{1,253}):(?:\d{4,5}|\*):[^:\s]{1,80}:(?:[^:\\\s]|\\.){1,80}:(?P<secret>(?:[^\s\"'\\]|\\[^nrt]){1,1000})""",
    ),
    _pattern(
        "endpoint form",  # neon.com/docs/connect/connection-errors, workaround D; not a list of settings
        ("endpoint=", "endpoint%3d", "project=", "project%3d"),
        r"""(?xi) (?: endpoint | project ) (?: = | %3d ) [\w-]{1,80} (?: [;$] | %3b | %24 )
            (?! [a-z\ _]{1,40} = ) (?P<secret> [^\s@&"'`]{1,500} )""",
    ),
    _pattern(
        "private key",
        ("private key-----",),
        r"(?P<secret>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:[A-Za-z0-9+/=\s,:.\\-]{0,20000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|[A-Za-z0-9+/=\s\\]{0,20000}))",
    ),
    Detector("kubernetes secret", ("kind",), _kubernetes),
    _pattern("base64 of a url", ("cg9zdgdyzx",), r"(?P<secret>cG9zdGdyZX[A-Za-z0-9+/_-]{8,4000}={0,2})"),
    # By shape
    _pattern("authorization", ("basic ", "bearer "), r"(?i:authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:basic|bearer|token|negotiate)\s{1,4})(?P<secret>[^\s\"'`<>]{4,8000})"),
    _if_random("scheme of authorization", ("basic ", "bearer "), r"(?i:\b(?:basic|bearer)\s{1,4})(?P<secret>[A-Za-z0-9+/_.=~-]{8,8000})"),
    _pattern("json web token", ("eyj",), r"(?P<secret>\beyJ[A-Za-z0-9_-]{6,4000}\.[A-Za-z0-9_-]{2,8000}(?:\.[A-Za-z0-9_-]{0,4000})?)"),
    _pattern("signed url", ("sig", "x-amz", "x-goog"), r"(?i:[?&](?:x-(?:amz|goog)-(?:signature|security-token|credential)|sig(?:nature)?|se?cret|code_verifier)=)(?P<secret>[^&\s\"'<>]{4,4000})"),
    _pattern("scram verifier", ("scram-sha-256$", "scram-sha-256\\$"), r"(?P<secret>SCRAM-SHA-256\\?\$\d{1,9}:[^\s\"',;]{1,400})"),
    _pattern("md5 verifier", ("md5",), r"(?P<secret>\bmd5[0-9a-f]{32}\b)"),
    _pattern("bcrypt hash", ("$2",), r"(?P<secret>\$2[abxy]\$\d\d\$[./A-Za-z0-9]{20,60})"),
    _pattern(
        "issued token",  # prefixes with which the issuers of keys make them findable
        (
            "npg_", "napi_", "gho_", "ghp_", "ghs_", "ghu_", "ghr_", "github_pat_", "glpat-", "xox", "_live_", "_test_", "sk-", "akia", "asia", "aiza", "ya29.", "sbp_", "sb_", "pscale_",
            "avns_", "dop_v1_", "hf_", "npm_", "pypi-", "dckr_pat_", "sg.", "shp", "rnd_", "tfp_", "hvs.", "pul-",
        ),
        r"""(?x) (?<![A-Za-z0-9]) (?P<secret> (?: (?:npg|napi|sbp|hf|npm|rnd)_[A-Za-z0-9_]{6,200} | gh[opsur]_[A-Za-z0-9]{16,255}
            | github_pat_\w{20,255} | glpat-[\w-]{16,64} | xox[abeoprs]-[\w-]{10,255} | (?:sk|rk|pk|whsec)_(?:live|test)_\w{10,255}
            | sk-[A-Za-z0-9_-]{20,255} | (?:AKIA|ASIA)[0-9A-Z]{16} | AIza[\w-]{30,45} | ya29\.[\w-]{20,500} | sb_secret_[\w-]{10,100}
            | pscale_(?:tkn|pw|oauth)_[\w-]{10,100} | AVNS_[\w-]{8,64} | do[opr]_v1_[0-9a-f]{40,80} | pypi-[\w-]{20,500}
            | dckr_pat_[\w-]{16,64} | SG\.[\w-]{10,40}\.[\w-]{20,80} | shp(?:at|ca|pa|ss)_[0-9a-fA-F]{20,64} | tfp_\w{20,64}
            | hvs\.[\w-]{20,200} | pul-[0-9a-f]{30,64} ) )""",
    ),
)  # fmt: skip
"""Every detector. What each of them finds, and leaves, is in tests/secret_texts.py under its name."""
