"""The rules: their files, their conditions, and what they say of observations."""
