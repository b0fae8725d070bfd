"""`python -m pgwhy.authoring` (or `make pages`, which also writes the pages of tests/): write what is generated.

That is every page of `PAGES`, and the compiled rules (`rulebook/compiled.py`), messages
(`error_text/catalogue.py`) and their translations (`error_text/translations.py`), which no commit contains.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from pgwhy import shipped
from pgwhy.authoring.page_list import PAGES
from pgwhy.authoring.pages import generated
from pgwhy.error_text import catalogue, translations
from pgwhy.rulebook import compiled
from pgwhy.rulebook.book import RuleError
from pgwhy.shipped import tables


def main(arguments: Sequence[str] = ()) -> int:
    """Write every stale page, and the compiled rules and messages; in a checkout only. Exit status 1: one is wrong."""
    parser = argparse.ArgumentParser(prog="python -m pgwhy.authoring", description=main.__doc__)
    parser.add_argument("--compiled-only", action="store_true", help="Write the compiled rules and messages only.")
    chosen = parser.parse_args(arguments)
    rules = shipped.built_in()
    if rules.is_relative_to(shipped.PACKAGE):
        parser.error("this is an installed pgwhy, and the pages are in a checkout of the repository")
    try:
        for path in () if chosen.compiled_only else generated.write(PAGES, rules.parent):
            print(path)
        compiled.compile_folder(rules)
        catalogue.compile_folder(rules / shipped.MESSAGES)
        translations.compile_file()
        tables.compile_tables()
    except (RuleError, catalogue.CatalogueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
