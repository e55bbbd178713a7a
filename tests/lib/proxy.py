"""A proxy on loopback that cuts what a server sends after so many bytes, once."""
import select
import socket
import threading


class Cut:
    """The first connection is reset once `after` bytes came from the server; the later ones are let through."""

    def __init__(self, port, after):
        self.target, self.left, self.sent = port, after, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.was_cut = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def _run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, socket.create_connection(("127.0.0.1", self.target)) as server:
                try:
                    self._carry(client, server)
                except OSError:
                    pass

    def _carry(self, client, server):
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
