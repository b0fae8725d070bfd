"""How wide a terminal is, and its colours."""
