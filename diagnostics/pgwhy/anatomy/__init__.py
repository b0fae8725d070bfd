"""A connection string taken apart: its parts, and the drawing of them."""
