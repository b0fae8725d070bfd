"""`python -m tests.fuzz.corpus` writes the well-formed inputs of every target to fixtures/fuzz, where none is yet."""

from __future__ import annotations

from tests.fuzz.targets import CORPUS, NAMES, target


def main() -> None:
    for name in NAMES:
        folder = CORPUS / name
        folder.mkdir(parents=True, exist_ok=True)
        if any(path.name.startswith("seed-") for path in folder.iterdir()):
            continue  # keys and times in them would be others each time
        for number, raw in enumerate(target(name).seeds()):
            (folder / f"seed-{number:02}").write_bytes(raw)


if __name__ == "__main__":
    main()
