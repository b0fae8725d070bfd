"""What answers where a Postgres was expected, and what a middlebox does to a connection."""
