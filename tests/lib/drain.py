#!/usr/bin/env python3
"""What the server and TLS alone cost: one connection, one FETCH of everything, read and thrown away.

    drain.py            (IMAP_HOST, IMAP_PORT, IMAP_CA, IMAP_USER, IMAP_PASSWORD as dovecot.py sets them)

The figures go to stdout as JSON; the start of the interpreter is not in them.
"""
import base64
import json
import os
import resource
import socket
import ssl
import sys
import time

BLOCK = 1 << 20


class Drain:
    def __init__(self, host, port, ca_file, user, password):
        context = ssl.create_default_context(cafile=ca_file)
        self.stream = context.wrap_socket(socket.create_connection((host, port), 30), server_hostname=host)
        self.block = bytearray(BLOCK)
        self._until(b"*")
        token = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self.command("AUTHENTICATE PLAIN " + token)

    def command(self, line):
        self.stream.sendall(b"t " + line.encode() + b"\r\n")
        return self._until(b"t")

    def _until(self, tag):
        """Read up to the line that begins with the tag; how many bytes that were."""
        view, total, tail = memoryview(self.block), 0, b"\r\n"
        while True:
            n = self.stream.recv_into(self.block)
            if n == 0:
                raise RuntimeError("connection closed")
            total += n
            tail = (tail + bytes(view[max(0, n - 1000):n]))[-1000:]
            if not tail.endswith(b"\r\n"):
                continue
            last = tail[tail.rfind(b"\r\n", 0, -2) + 2:]
            if last.startswith(tag + b" "):
                if not last.startswith(tag + b" OK"):
                    raise RuntimeError(last.decode("utf-8", "replace").strip())
                return total

    def close(self):
        self.stream.close()


def run(environment):
    """One drain of the INBOX: wall, user and system seconds, bytes of the answer."""
    cpu, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    drain = Drain(environment["IMAP_HOST"], int(environment["IMAP_PORT"]), environment["IMAP_CA"],
                  environment["IMAP_USER"], environment["IMAP_PASSWORD"])
    drain.command("EXAMINE INBOX")
    size = drain.command("UID FETCH 1:* BODY.PEEK[]")
    drain.close()
    seconds, now = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    return {"seconds": seconds, "user": now.ru_utime - cpu.ru_utime, "system": now.ru_stime - cpu.ru_stime,
            "bytes": size}


def main():
    print(json.dumps(run(os.environ)))


if __name__ == "__main__":
    sys.exit(main())
