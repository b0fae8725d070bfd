"""Where the program runs that printed a text, as far as the text's carrier and the paths in it show."""

from __future__ import annotations

import re

from pgwhy.shipped.regex import lazy


def is_container(text: str) -> bool:
    """A container, or the build of an image: its localhost is no other machine's."""
    text = text[:_BEGINNING]
    return bool(_CONTAINER.search(text) or _CONTAINERS_FILES.search(text) or _without_ipv6_loopback(text))


def is_platform(text: str) -> bool:
    """A platform that runs or builds programs and has no database beside them: Lambda, Vercel, Netlify, Render ..."""
    return bool(_PLATFORM.search(text[:_BEGINNING]))


def _without_ipv6_loopback(text: str) -> bool:
    """localhost has the address ::1, and the machine does not: Docker gives its containers no IPv6 by default."""
    return bool(_NO_ADDRESS.search(text) and _LOOPBACK6.search(text))


_BEGINNING = 4000
"""So many characters tell where a text comes from."""
_CONTAINER = lazy(
    r"^(?!FATAL|ERROR|LINE|DETAIL|HINT)[a-z][\w.-]{1,60}[ \t]{1,30}\| |^\[pod/|\bCrashLoopBackOff\b"
    r"|\bdocker[- ]compose\b|\bcontainer\b[^\n]{0,40}\b(?:exited|unhealthy|is)\b|/docker-entrypoint"
    # An image that is being built: BuildKit, the classic builder, Kaniko
    r"|\bfailed to solve: |\bexecutor failed running \[|/bin/sh -c [^\n]{1,300} returned a non-zero code"
    r"|\bdid not complete successfully: exit code|^(?:=> |> )?(?:ERROR )?\[[^\]\n]{0,60}\d{1,2}/\d{1,2}\] RUN "
    r"|^Step \d{1,3}/\d{1,3} ?: |^#\d{1,4} (?:\[|\d{1,6}\.\d)|\berror building image: ",
    re.MULTILINE,
)
# Where the official images of Node, Python and Ruby, and the runners of CI that use containers, keep their files.
_CONTAINERS_FILES = lazy(
    r"/usr/src/app/|/usr/local/lib/python3\.\d{1,2}/site-packages/|/usr/local/bundle/|/home/node/app/|/__w/"
    r"|(?<![\w.~-])/app/(?:node_modules|src|dist|build|server|lib|backend|\.next|[\w-]{1,40}\.(?:js|ts|mjs|py|rb))\b"
)
_PLATFORM = lazy(
    r"/var/task/|/var/runtime/|/vercel/path0/|/opt/render/project/|/opt/buildhome/|/opt/build/repo/|/layers/google\."
    r"|\bheroku\[|\bapp\[(?:web|worker|run|api|release)\.|/workspace/\.next/|\bVercel Runtime\b|\bRuntime\.Unhandled"
)
_NO_ADDRESS = lazy(
    r"EADDRNOTAVAIL|can(?:no|')t assign requested address|SocketException \(99\)|Address not available|os error 99\b",
    re.IGNORECASE,
)
_LOOPBACK6 = lazy(r"(?<![0-9a-fA-F:])::1(?![0-9a-fA-F])")
