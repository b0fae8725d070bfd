"""One module a command, with the name of the command; each is imported only when it runs."""
