"""How each language writes the strings that it can raise: `strings(source, path)` gives them with `{}` for a value."""
