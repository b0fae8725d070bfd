"""What stands in the place of a password in everything that leaves pgwhy."""

PLACEHOLDER = "PASSWORD_HERE"
