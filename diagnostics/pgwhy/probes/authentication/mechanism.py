"""The SASL mechanism that a login takes: libpq 18 knows OAUTHBEARER (RFC 7628), and most clients do not.

Of the mechanisms that it knows, libpq 18 takes the one that is named first, whatever require_auth says. A client that
does not know OAUTHBEARER passes over it, as libpq 17 does ("SASL Authentication" in PostgreSQL's protocol).
"""

from __future__ import annotations

from collections.abc import Sequence

from pgwhy.target.obstacle import Obstacle

_TOOK_OAUTH = {
    "server requires OAuth authentication": "server requires",
    "server requested OAUTHBEARER authentication": "authentication method requirement",
}
"""How libpq 18 ends where it took OAUTHBEARER without settings for it, having sent nothing; and how that begins."""
_NONE_KNOWN = "none of the server's SASL authentication mechanisms are supported"


def without_oauth(message: str, offered: Sequence[str]) -> str | Obstacle:
    """What a client without OAuth meets where libpq 18 printed `message`: that text, where it says nothing of OAuth;
    libpq 17's, where the server offers such a client nothing; an obstacle where that client would use its password.
    """
    begun = next((begin for words, begin in _TOOK_OAUTH.items() if words in message), None)
    if begun is None:
        return message
    if any(name.startswith("SCRAM-") for name in offered):
        return Obstacle.OAUTH_TAKEN
    return message.partition(begun)[0] + _NONE_KNOWN
