"""The connection that every healthy file of these tests has."""

from __future__ import annotations

from tests.target.machines import MARKER

PASSWORD = f"s3cret_{MARKER}"
HOST, PORT, ROLE, DATABASE = "db.acme.internal", "5433", "shop_app", "shop"
URL = f"postgresql://{ROLE}:{PASSWORD}@{HOST}:{PORT}/{DATABASE}"
JDBC = f"jdbc:postgresql://{HOST}:{PORT}/{DATABASE}"
NET = f"Host={HOST};Port={PORT};Username={ROLE};Password={PASSWORD};Database={DATABASE}"
VARIABLES = {
    "DATABASE_URL": URL,
    "SHOP_DB_URL": JDBC,
    "SHOP_DB_PASSWORD": PASSWORD,
    "SHOP_DB_HOST": HOST,
}
"""What the environment has where a file names a variable."""
