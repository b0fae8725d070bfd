"""Every figure of the README, measured here: `python -m benchmarks` (`make bench`)."""

import sys

from benchmarks import check, explain, render, rules, snippets

sys.exit(max(check.main(), rules.main(), explain.main(), snippets.main(), render.main()))
