"""A web server on the loopback that does wrong what servers do wrong, by the first part of the path.

``Modes(data)`` gives the same bytes under every path; what comes of a mode is written at its method. Requests are
counted by path.
"""

import gzip
import http.server
import re
import socketserver
import threading
import time
from contextlib import contextmanager

STALL = threading.Event()


class Faulty(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        return

    def do_GET(self):
        mode, _, name = self.path[1:].partition("/")
        self.data = self.server.files[name.rpartition("/")[2]]
        self.count = self.server.count[self.path] = self.server.count.get(self.path, 0) + 1
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        size = len(self.data)
        self.range = None
        if asked:
            self.range = int(asked[1]), min(size, int(asked[2]) + 1 if asked[2] else size)
        getattr(self, mode.replace("-", "_"))()

    def part(self, shift=0, whole=None, **headers):
        """What was asked for: a range, or all."""
        start, stop = self.range or (0, len(self.data))
        sent = {"ETag": '"1"', "Accept-Ranges": "bytes", **headers}
        if self.range:
            whole = whole or len(self.data)
            sent["Content-Range"] = f"bytes {start + shift}-{stop - 1 + shift}/{whole}"
        self.head(206 if self.range else 200, stop - start, **sent)
        return self.data[start:stop]

    def head(self, status, length=None, **headers):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def cut(self, data):
        """Send it and close the connection, whatever was promised."""
        self.wfile.write(data)
        self.close_connection = True

    def good(self):
        self.wfile.write(self.part())

    def whole(self, data=None, **headers):
        data = self.data if data is None else data
        self.head(200, len(data), **headers)
        return data

    def no_ranges(self):
        self.wfile.write(self.whole())

    def shorter(self):
        """No ranges, and every later answer has fewer bytes."""
        self.wfile.write(self.whole(self.data if self.count == 1 else self.data[: len(self.data) // 2]))

    def shorter_cut(self):
        """The same where the first answer breaks off."""
        if self.count == 1:
            return self.cut(self.whole()[: len(self.data) * 3 // 4])
        return self.wfile.write(self.whole(self.data[: len(self.data) // 2]))

    def other_cut(self):
        """No ranges and no word about the version; after a break the bytes are others."""
        if self.count == 1:
            return self.cut(self.whole()[: len(self.data) * 3 // 4])
        return self.wfile.write(self.whole(self.data[::-1]))

    def etag(self):
        self.wfile.write(self.part(ETag=f'"{self.count}"'))

    def etag_cut(self):
        data = self.part(ETag=f'"{self.count}"')
        self.cut(data[: len(data) * 3 // 4])

    def modified_cut(self):
        data = self.part(ETag="W/1", Last_Modified=f"Mon, 0{self.count} Jan 2026 00:00:00 GMT")
        self.cut(data[: len(data) * 3 // 4])

    def grows_cut(self):
        data = self.part(whole=len(self.data) + self.count)
        self.cut(data[: len(data) * 3 // 4])

    def tenths(self):
        """Every answer ends after a tenth of the file."""
        self.cut(self.part()[: len(self.data) // 10 + 1])

    def tenths_whole(self):
        """The same without ranges: nothing but the first tenth ever comes."""
        self.cut(self.whole()[: len(self.data) // 10])

    def closes(self):
        self.cut(self.part()[:-1] if self.count == 1 else self.part()[:0])

    def chunked(self):
        self.head(200, Transfer_Encoding="chunked", ETag='"1"')
        for start in range(0, len(self.data), 999):
            part = self.data[start : start + 999]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def chunked_cut(self):
        self.head(200, Transfer_Encoding="chunked")
        self.cut(b"%x\r\n%s" % (len(self.data), self.data[:-5]))

    def slow(self):
        for k, start in enumerate(range(0, len(data := self.part()), len(data) // 8 + 1)):
            if k:
                time.sleep(0.05)
            self.wfile.write(data[start : start + len(data) // 8 + 1])
            self.wfile.flush()

    def stalls_always(self):
        """The first bytes, and no more."""
        self.wfile.write(self.part()[:2000])
        self.wfile.flush()
        STALL.wait(60)
        self.close_connection = True

    def stalls(self):
        self.wfile.write(self.part()[: len(self.data) // 2])
        self.wfile.flush()
        STALL.wait(60)
        self.close_connection = True

    def silent_later(self):
        """No answer to the second request."""
        return self.good() if self.count == 1 else self.silent()

    def silent_at_last(self):
        """No answer to the third request."""
        return self.good() if self.count < 3 else self.silent()

    def silent(self):
        STALL.wait(60)
        self.close_connection = True

    def circle(self):
        self.head(302, 0, Location=self.path)

    def moved(self):
        self.head(301, 0, Location=self.path.replace("/moved/", "/good/"))

    def elsewhere(self):
        self.head(302, 0, Location="file:///etc/passwd")

    def wrong_ranges(self):
        """Other bytes than were asked for."""
        self.wfile.write(self.part(shift=7, whole=len(self.data) + 7))

    def wrong_parts(self):
        """A part, and no word about which."""
        self.head(206, 10)
        self.wfile.write(self.data[:10])

    def refuses_ranges(self):
        """416 to every range."""
        if self.range:
            self.head(416, 0)
        else:
            self.wfile.write(self.part())

    def always_416(self):
        self.head(416, 0)

    def busy(self):
        """429 once, then all is well."""
        if self.count == 1:
            self.head(429, 0, Retry_After="0")
        else:
            self.wfile.write(self.part())

    def busy_always(self):
        self.head(429, 0, Retry_After="3600")

    def fails(self):
        """500 once, then all is well."""
        if self.count == 1:
            self.head(500, 0)
        else:
            self.wfile.write(self.part())

    def fails_always(self):
        self.head(500, 0)

    def gone(self):
        self.head(410, 0)

    def forbidden(self):
        self.head(403, 0)

    def packed(self):
        """Packed although nobody asked for it."""
        self.wfile.write(self.whole(gzip.compress(self.data), Content_Encoding="gzip"))

    def packed_oddly(self):
        self.wfile.write(self.whole(Content_Encoding="br"))

    def nonsense(self):
        self.wfile.write(b"hello\r\n\r\n")
        self.close_connection = True


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that goes away is none."""


@contextmanager
def faulty_web(files):
    """The server; ``url`` is where it is, ``files`` what it has by name."""
    STALL.clear()
    server = Server(("127.0.0.1", 0), Faulty)
    server.files, server.count = files, {}
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        STALL.set()
        server.shutdown()
        server.server_close()
        thread.join()
