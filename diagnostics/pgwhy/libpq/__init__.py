"""The child process in which libpq runs: `child` is what it does, `library` is libpq itself, `watch` counts what libpq
sends, `frame` is how the two processes speak.

`process` starts it. These modules import nothing of this package and as little of the standard library as they can: a
login waits for them. The other end is `pgwhy.network.worker`.
"""
