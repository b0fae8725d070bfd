"""XML: attributes and texts of elements, read by expat, which tells where each is.

The name of a type definition elsewhere is passed over, as Hibernate's files have one, and nothing is fetched. One with
definitions in it is refused: entities are how a small file becomes a large one.
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

    def refuse_definitions(_name: str, _system: str | None, _public: str | None, has_definitions: bool) -> None:
        if has_definitions:
            raise NotThere("it has a document type definition of its own, which no file of settings needs")

    def refuse_entity(*_: object) -> None:
        raise NotThere("it takes text from its document type definition, which pgwhy does not fetch")

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

    parser.StartDoctypeDeclHandler = refuse_definitions
    parser.SkippedEntityHandler = refuse_entity
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda piece: texts[-1].append(piece) if texts else None
    try:
        parser.Parse(text.removeprefix("\ufeff").encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        raise NotThere(f"it is no XML that can be read (line {error.lineno})") from None
    return [entries]


_NAMES = ("name", "key", "uuid")
