"""Which HTTP proxy the environment names for a host; what it then says is shown by faults of the lab."""

from __future__ import annotations

import pytest

from pgwhy.target.model import Host
from pgwhy.target.proxy import named

HOST = "ep-a.us-east-2.aws.neon.tech"
PROXY = Host("proxy.example", 3128)


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, ("HTTPS_PROXY", PROXY)),
        ({"https_proxy": "proxy.example:3128"}, ("https_proxy", PROXY)),
        ({"ALL_PROXY": "http://ann:Sun-flower@proxy.example:3128/"}, ("ALL_PROXY", PROXY)),
        ({"HTTPS_PROXY": "https://proxy.example"}, ("HTTPS_PROXY", Host("proxy.example", 443))),
        ({"HTTPS_PROXY": "http://proxy.example:port"}, None),
        ({"HTTPS_PROXY": ""}, None),
        ({"HTTP_PROXY": "http://proxy.example:3128"}, None),
    ],
)
def test_the_first_variable_that_names_one_counts(environment: dict[str, str], found: object) -> None:
    assert named(environment, HOST) == found


@pytest.mark.parametrize(
    ("excluded", "used"), [("neon.tech", False), (".neon.tech, x", False), ("*", False), ("eon.tech", True)]
)
def test_no_proxy_is_used_for_a_host_that_no_proxy_lists(excluded: str, used: bool) -> None:
    environment = {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": excluded}
    assert (named(environment, HOST) is not None) is used
