"""Proxies on loopback between the program and a server: one that cuts, one that is far away."""
import contextlib
import queue
import random
import select
import socket
import threading
import time

CHUNK = 256 * 1024


class Proxy:
    """Listens on a port of its own; what becomes of a connection is said by `carry`."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _run(self):
        """One connection after the other."""
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, socket.create_connection(("127.0.0.1", self.target)) as server:
                for s in (client, server):
                    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with contextlib.suppress(OSError):
                    self.carry(client, server)

    def carry(self, client, server):
        raise NotImplementedError


class Cut(Proxy):
    """The first connection is reset once `after` bytes came from the server; the later ones are let through."""

    def __init__(self, port, after):
        self.left, self.sent, self.was_cut = after, 0, False
        super().__init__(port)

    def carry(self, client, server):
        while True:
            for source in select.select([client, server], [], [])[0]:
                if source is server and not self.was_cut:
                    data = source.recv(min(max(self.left, 1), 65536))
                    self.left -= len(data)
                    self.sent += len(data)
                    client.sendall(data)
                    if self.left <= 0:
                        self.was_cut = True
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        return
                else:
                    data = source.recv(65536)
                    (server if source is client else client).sendall(data)
                if not data:
                    return


class CutAnswer(Proxy):
    """In clear: the first connection is reset when the server answers a command that holds `word`."""

    def __init__(self, port, word):
        self.word, self.was_cut = word, False
        super().__init__(port)

    def carry(self, client, server):
        heard = False
        while True:
            for source in select.select([client, server], [], [])[0]:
                data = source.recv(65536)
                if not data:
                    return
                if source is client:
                    heard = self.word in data
                    server.sendall(data)
                elif heard and not self.was_cut:
                    self.was_cut = True
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return
                else:
                    client.sendall(data)


class Far(Proxy):
    """A server `rtt` seconds away; nothing is lost, and no more than `window` bytes are under way.

    `turns` counts how often the client waited for the server, the TCP handshake included: it spoke after it had heard
    something, and nothing more was under way to it.  `received` counts the bytes of the server.  `rate` limits what the
    server sends, in bytes a second; with `chop`, a random number generator, its bytes come in pieces of whatever size.
    """

    def __init__(self, port, rtt=0.0, rate=None, chop=None, window=64 << 20):
        self.rtt, self.rate, self.chop, self.window = rtt, rate, chop, window
        self.turns = self.received = 0
        self.heard, self.coming = True, 0  # by the client; bytes on their way to it
        super().__init__(port)

    def carry(self, client, server):
        self.turns += 1
        self.heard, self.coming = True, 0
        time.sleep(self.rtt)
        up = threading.Thread(target=self._way, args=(client, server, self._said, lambda data: [data]), daemon=True)
        up.start()
        self._way(server, client, self._answered, self._pieces)
        up.join()

    def _said(self, _data):
        self.turns += self.heard and self.coming == 0
        self.heard = False

    def _answered(self, data):
        self.coming += len(data)
        self.received += len(data)

    def _pieces(self, data):
        """What the client hears at once."""
        self.heard = True
        self.coming -= len(data)
        if self.rate:
            time.sleep(len(data) / self.rate)
        if not self.chop:
            return [data]
        pieces, at = [], 0
        while at < len(data):
            n = self.chop.choice((1, 2, 3, self.chop.randrange(1, 100), self.chop.randrange(1, 5000)))
            pieces.append(data[at:at + n])
            at += n
        return pieces

    def _way(self, source, target, look, cut):
        """Half a round trip from one end to the other."""
        under_way = queue.Queue(self.window // CHUNK)
        sender = threading.Thread(target=self._deliver, args=(under_way, target, cut), daemon=True)
        sender.start()
        data = b" "
        while data:
            try:
                data = source.recv(CHUNK)
            except OSError:
                data = b""
            look(data)
            under_way.put((time.monotonic() + self.rtt / 2, data))
        sender.join()

    @staticmethod
    def _deliver(under_way, target, cut):
        data = b" "
        while data:
            due, data = under_way.get()
            time.sleep(max(0.0, due - time.monotonic()))
            with contextlib.suppress(OSError):
                for piece in cut(data) if data else ():
                    target.sendall(piece)
                if not data:
                    target.shutdown(socket.SHUT_WR)


def chopping(port, seed):
    """The server's bytes come in pieces of whatever size."""
    return Far(port, chop=random.Random(seed))
