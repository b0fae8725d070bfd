"""`python -m diagnostics` is `pgwhy`."""

from diagnostics.cli import main

if __name__ == "__main__":
    main()
