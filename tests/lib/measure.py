#!/usr/bin/env python3
"""measure.py FILE COMMAND...: run it; FILE gets wall, CPU and peak memory as JSON.

A process of its own, because the peak that the kernel tells of a child begins with the size of its parent.
"""
import json
import os
import sys
import time


def main():
    began = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        try:
            os.execvp(sys.argv[2], sys.argv[2:])
        except OSError as e:
            print(f"{sys.argv[2]}: {e.strerror}", file=sys.stderr)
            os._exit(127)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - began
    with open(sys.argv[1], "w") as out:
        json.dump({"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "user": usage.ru_utime,
                   "system": usage.ru_stime, "peak_kb": usage.ru_maxrss}, out)
    sys.exit(os.waitstatus_to_exitcode(status) % 256)


if __name__ == "__main__":
    main()
