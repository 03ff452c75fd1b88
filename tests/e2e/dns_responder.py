"""A resolver of a test, over UDP and TCP, that can do what real ones do wrong: drop one type of question, be late, refuse."""

import contextlib
import ipaddress
import struct
import threading
import time

A, AAAA = 1, 28
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5


def question_of(packet):
    """(name, type, end of the question) of a query (RFC 1035 §4.1)."""
    labels, at = [], 12
    while packet[at] != 0:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode("ascii", "replace"))
        at += 1 + packet[at]
    (kind,) = struct.unpack_from("!H", packet, at + 1)
    return ".".join(labels).lower(), kind, at + 5


class Responder:
    """Answers from `records` (name → addresses, in the order given), NXDOMAIN for other names. Everything may be changed while it serves.

    drop: types of questions that get no answer · delay_s: before each answer, one question after the other · rcode: of every answer
    · wildcard: address for names that do not exist · silent: over which transports nothing is answered ("udp", "tcp")
    """

    def __init__(self, records, drop=(), delay_s=0.0, rcode=NOERROR, wildcard=None, silent=()):
        self.records = records
        self.drop = drop
        self.delay_s = delay_s
        self.rcode = rcode
        self.wildcard = wildcard
        self.silent = silent
        self.asked = []  # (name, type)
        self._stop = threading.Event()

    def answer(self, packet):
        """The answer's bytes; None: silence."""
        name, kind, end = question_of(packet)
        self.asked.append((name, kind))
        if kind in self.drop:
            return None
        time.sleep(self.delay_s)
        addresses = self.records.get(name)
        if addresses is None and self.wildcard:
            addresses = [self.wildcard]
        rcode = self.rcode or (NXDOMAIN if addresses is None else NOERROR)
        version = {A: 4, AAAA: 6}.get(kind)
        fitting = [ipaddress.ip_address(each) for each in addresses or [] if rcode == NOERROR]
        records = [each.packed for each in fitting if each.version == version]
        head = packet[:2] + struct.pack("!HHHHH", 0x8180 | rcode, 1, len(records), 0, 0)
        body = b"".join(struct.pack("!HHHIH", 0xC00C, kind, 1, 30, len(data)) + data for data in records)
        return head + packet[12:end] + body

    def _serve_datagrams(self, datagrams):
        datagrams.settimeout(0.1)
        while not self._stop.is_set():
            with contextlib.suppress(OSError, IndexError, struct.error):
                packet, peer = datagrams.recvfrom(4096)
                answer = None if "udp" in self.silent else self.answer(packet)
                if answer:
                    datagrams.sendto(answer, peer)

    def _serve_stream(self, listener):
        listener.settimeout(0.1)
        while not self._stop.is_set():
            with contextlib.suppress(OSError, IndexError, struct.error):
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(1)
                    (size,) = struct.unpack("!H", connection.recv(2))
                    answer = None if "tcp" in self.silent else self.answer(connection.recv(size))
                    if answer:
                        connection.sendall(struct.pack("!H", len(answer)) + answer)

    @contextlib.contextmanager
    def serving(self, make_datagrams, make_listener):
        """Serves on the sockets that the two functions make, until the block ends."""
        with make_datagrams() as datagrams, make_listener() as listener:
            threads = [threading.Thread(target=self._serve_datagrams, args=(datagrams,)), threading.Thread(target=self._serve_stream, args=(listener,))]
            for thread in threads:
                thread.start()
            try:
                yield self
            finally:
                self._stop.set()
                for thread in threads:
                    thread.join()
