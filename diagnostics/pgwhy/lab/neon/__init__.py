"""The gateway of Neon, its pooler and its compute, as a client meets them."""
