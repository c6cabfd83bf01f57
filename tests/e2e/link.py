"""A link between nginx and the database that a test can cut at a packet of its choice, or make deaf."""

import contextlib
import socket
import threading
import typing

# The first byte of a packet that carries a command.
QUERY = b"\x03"
PREPARE = b"\x16"
EXECUTE = b"\x17"
PING = b"\x0e"


class Packet(typing.NamedTuple):
    """A packet of the database's protocol: a header of four bytes, then the rest."""

    to_server: bool
    data: bytes

    def is_commit(self):
        return self.to_server and self.data[4:] == QUERY + b"COMMIT"

    def is_preparation(self):
        return self.to_server and self.data[4:5] == PREPARE

    def is_execution(self):
        return self.to_server and self.data[4:5] == EXECUTE


class Cut(Exception):
    """Raised by `sees` to end all connections once `passed` went on; with `down`, those to come as well."""

    def __init__(self, passed=b"", down=False):
        self.passed, self.down = passed, down


class Link:
    """Takes connections on a unix socket, or a port, and passes them on to the database's socket, one packet at a time.

    `sees` is called with each packet and gives the bytes that go on instead. Pings and their answers pass unseen: whether there are any
    hangs on how fast the test is.
    """

    def __init__(self, place, target):
        self.place, self.target = place, target
        self.lock = threading.RLock()
        self.ends = []
        self.pinging = False
        self.generation = 0
        self.by_port = isinstance(place, int)
        if self.by_port:
            self.listener = socket.create_server(("127.0.0.1", place))
        else:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(place))
            place.chmod(0o666)
            self.listener.listen()
        self.pass_all()
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def pass_all(self):
        self.sees = lambda packet: packet.data
        self.down = False

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            if self.down or server.connect_ex(str(self.target)) != 0:
                client.close()
                continue
            with self.lock:
                self.ends += [client, server]
            for source, sink, to_server in ((client, server, True), (server, client, False)):
                threading.Thread(target=self.forward, args=(source, sink, to_server, self.generation), daemon=True).start()

    def forward(self, source, sink, to_server, generation):
        received = b""
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                received += data
                while len(received) >= 4 and len(received) >= (size := 4 + int.from_bytes(received[:3], "little")):
                    packet, received = Packet(to_server, received[:size]), received[size:]
                    self.pass_on(packet, sink, generation)
            sink.shutdown(socket.SHUT_RDWR)

    def pass_on(self, packet, sink, generation):
        with self.lock:
            if packet.to_server:
                self.pinging = packet.data[4:] == PING
            if self.pinging or generation < self.generation:
                sink.sendall(packet.data)
                return
            try:
                sink.sendall(self.sees(packet))
            except Cut as cut:
                sink.sendall(cut.passed)
                self.cut(cut.down)

    def overlook(self):
        """What comes over the connections that there are passes unseen, such as the end of a program that is gone."""
        with self.lock:
            self.generation += 1

    def cut(self, down=False):
        """Ends the connections that there are; with `down`, those to come as well."""
        with self.lock:
            self.down = down
            ends, self.ends = self.ends, []
            for end in ends:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def record(self):
        """Gives a list that grows by each packet from here on."""
        packets = []

        def sees(packet):
            packets.append(packet)
            return packet.data

        self.sees = sees
        return packets

    def cut_at(self, number, half=False, down=False):
        """Cuts in place of the packet of that number, counted from 0 and from here on, or after its first half.

        Gives a list of the packets up to that one. What comes after them passes.
        """
        packets = []

        def sees(packet):
            if len(packets) <= number:
                packets.append(packet)
                if len(packets) > number:
                    raise Cut(packet.data[:len(packet.data) // 2] if half else b"", down)
            return packet.data

        self.sees = sees
        return packets

    def keep_back_answers_from(self, begins):
        """Nothing that the server says passes from the first packet on for which `begins` holds."""
        deaf = threading.Event()

        def sees(packet):
            if begins(packet):
                deaf.set()
            return packet.data if packet.to_server or not deaf.is_set() else b""

        self.sees = sees

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()  # once the listener is closed, its number may be that of another socket
        self.listener.close()
        self.cut()
        if not self.by_port:
            self.place.unlink()
