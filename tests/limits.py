"""How long is too long. No test says how quick something is: machines differ, and some are busy; see benchmarks/."""

HANGS_S = 20.0
"""What takes longer hangs."""
