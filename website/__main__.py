"""`python -m website [FOLDER]`: build the site; `make site` calls it."""

from __future__ import annotations

import sys
from pathlib import Path

from website.build import build

FOLDER = Path("build/site")


def main() -> None:
    """Build it, and say where it is."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    number = build(folder)
    print(f"{number} pages are in {folder}. To look at them:  python -m http.server --directory {folder} 8000")


if __name__ == "__main__":
    main()
