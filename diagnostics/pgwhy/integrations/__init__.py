"""pgwhy inside frameworks: one small module for each, which imports nothing of pgwhy until a connection fails."""
