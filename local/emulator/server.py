"""Runs moto's server on loopback and ends with its parent.

The parent keeps this process's standard input open and never writes to it. When the parent dies,
however it dies, the pipe closes and this process ends with it: no emulator is left behind.
"""

import os
import sys
import threading


def end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

from moto.server import main  # noqa: E402  (the watch must run before the slow import)

main(["-H", sys.argv[1], "-p", sys.argv[2]])
