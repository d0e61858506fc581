"""Servers that answer as the worst ones do: each repeats whatever it was sent, within errors."""
import base64
import contextlib
import http.server
import json
import socketserver
import threading


class Redis(socketserver.BaseRequestHandler):
    """As a Redis that does not know AUTH: its error repeats the arguments. `said` comes before them."""
    said = b"ERR unknown command 'AUTH', "

    def handle(self):
        with contextlib.suppress(OSError):
            while data := self.request.recv(65536):
                words = [line for line in data.split(b"\r\n") if line and line[:1] not in b"*$"]
                self.request.sendall(b"-" + self.said + b"with args beginning with: '" + b"' '".join(words[1:4]) + b"'\r\n")


class Registry(http.server.BaseHTTPRequestHandler):
    """Denies everything, and repeats who asked in the message."""
    said = ""

    def answer(self):
        sent = self.headers.get("Authorization", "")
        login = base64.b64decode(sent.removeprefix("Basic ")).decode(errors="replace")
        body = json.dumps({"error_code": 40101, "message": self.said or f"not known: {login.partition(':')[0]}"}).encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer  # noqa: N815 (names of http.server)

    def log_message(self, *_):
        """Nothing: the test's output is for people."""


@contextlib.contextmanager
def served(handler, said):
    """host:port of a server with this handler that says so."""
    kind = http.server.ThreadingHTTPServer if issubclass(handler, http.server.BaseHTTPRequestHandler) \
        else socketserver.ThreadingTCPServer
    with kind(("127.0.0.1", 0), type("Handler", (handler,), {"said": said})) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
