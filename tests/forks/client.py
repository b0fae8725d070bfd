"""What stands for `python` in the lab: it asks the server of `tests.forks` to run a module, and ends as that ended.

    python -I -S client.py SOCKET [-P] -m MODULE ARGUMENT ...

Its environment, working directory, standard streams and namespaces are those of what runs. Where a variable is read
by the interpreter or a library at their start, they are started anew.
"""

import array
import json
import os
import socket
import sys

READ_AT_START = ("PYTHON", "LC_", "LD_", "OPENSSL", "TZ", "GCONV", "MALLOC", "GLIBC")
NAMESPACES = ("user", "net", "mnt", "pid")


def main(path: str, arguments: list[str]) -> int:
    environment = dict(os.environ)
    if environment.get("LANG") != "C.UTF-8" or any(name.startswith(READ_AT_START) for name in environment):
        os.execv(sys.executable, [sys.executable, *arguments])
    asked = {
        "arguments": arguments[arguments.index("-m") + 1 :],
        "environment": environment,
        "folder": os.getcwd(),  # noqa: PTH109
    }
    files = [0, 1, 2, *(os.open(f"/proc/self/ns/{name}", os.O_RDONLY) for name in NAMESPACES)]
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(path)
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))
        server.sendmsg([b"."], [rights])
        server.sendall(json.dumps(asked).encode() + b"\n")
        for file in files:
            os.close(file)  # they are the other's now: a pipe of ours that stays open would have no end
        status = server.recv(16)
    return int(status) if status else 70


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
