"""A small Postgres world on loopback that can be broken on purpose: server, certificate authority, gateway.

`world.World` is the door: it brings the parts up together. Nothing here is imported by a diagnosis; the other way
round, `faults/` and `demo` use the engine.
"""
