"""Namespaces, cables, name servers and what a network does to packets."""
