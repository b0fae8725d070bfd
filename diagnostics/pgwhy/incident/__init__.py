"""A program that failed to connect: its exception, its output, and what is found out about them."""
