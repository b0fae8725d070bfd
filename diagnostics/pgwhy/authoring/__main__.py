"""`python -m pgwhy.authoring` (or `make pages`, which also writes the pages of tests/): write what is generated.

That is every page of `PAGES`, and the compiled rules (`rulebook/compiled.py`), which no commit contains.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from pgwhy.authoring.page_list import PAGES
from pgwhy.authoring.pages import generated
from pgwhy.rulebook import compiled
from pgwhy.rulebook.book import RuleError


def main(arguments: Sequence[str] = ()) -> int:
    """Write every stale page and the compiled rules; in a checkout only. Exit status 1 if a rule cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m pgwhy.authoring", description=main.__doc__)
    parser.add_argument("--compiled-only", action="store_true", help="Write the compiled rules only.")
    chosen = parser.parse_args(arguments)
    rules = compiled.built_in()
    if rules.is_relative_to(compiled.PACKAGE):
        parser.error("this is an installed pgwhy, and the pages are in a checkout of the repository")
    try:
        for path in () if chosen.compiled_only else generated.write(PAGES, rules.parent):
            print(path)
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1
    compiled.compile_folder(rules)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
