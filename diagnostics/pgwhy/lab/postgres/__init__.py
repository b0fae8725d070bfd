"""Real servers of our own, and where they are installed: Postgres and PgBouncer."""
