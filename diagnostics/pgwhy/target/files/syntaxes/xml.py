"""XML: attributes and texts of elements, read by expat, which tells where each is.

A document with a type definition is refused: settings have none, and entities are how a small file becomes a large one.
"""

from __future__ import annotations

from xml.parsers import expat

from pgwhy.target.files.entry import Entry
from pgwhy.target.forms.found import NotThere


def read(text: str) -> list[list[Entry]]:
    """The path has the elements' names, and an attribute's name at its end; a text is the value of its element.

    An element with a `name`, `key` or `uuid` attribute has it in its path too: `("connectionStrings", "add", "Shop",
    "connectionString")`. Raises `NotThere`.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    entries: list[Entry] = []
    path: list[tuple[str, ...]] = []
    texts: list[list[str]] = []

    def refuse(*_: object) -> None:
        raise NotThere("it has a document type definition, which no file of settings needs")

    def start(name: str, attributes: dict[str, str]) -> None:
        own = next((attributes[each] for each in _NAMES if attributes.get(each)), None)
        path.append((name,) if own is None else (name, own))
        texts.append([])
        whole = tuple(part for parts in path for part in parts)
        for key, value in attributes.items():
            entries.append(Entry((*whole, key), value, parser.CurrentLineNumber))

    def end(_: str) -> None:
        value = "".join(texts.pop()).strip()
        if value:
            entries.append(Entry(tuple(part for parts in path for part in parts), value, parser.CurrentLineNumber))
        path.pop()

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda piece: texts[-1].append(piece) if texts else None
    try:
        parser.Parse(text.removeprefix("\ufeff").encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        raise NotThere(f"it is no XML that can be read (line {error.lineno})") from None
    return [entries]


_NAMES = ("name", "key", "uuid")
