"""pgwhy for coding agents: a server of the Model Context Protocol (`pgwhy mcp`), and a skill with when to use it."""
