"""Row 13: the schema registry is down, answers nonsense, or was set up anew. A small proxy stands in front of it."""
import functools
import http.server
import json
import re
import threading
import time
import urllib.error
import urllib.request

from field import wait_for
from outages import send_with_new_schema
from table import scenario

from kit.registry import Registry

SCHEMA_ID = re.compile(r"/schemas/ids/\d+$")
EVENTS = 60  # what outages.send_with_new_schema sends


class Proxy(http.server.ThreadingHTTPServer):
    """mode: good; down (closes); 500; 404; garbage; another (the schema of another record). `only`: for ids or for all."""
    daemon_threads = True

    def __init__(self, url):
        super().__init__(("127.0.0.1", 0), Handler)
        self.target, self.mode, self.only, self.another, self.asked = url, "good", re.compile("."), "", 0
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def set(self, mode, only="."):
        self.mode, self.only, self.asked = mode, re.compile(only), 0

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        request = urllib.request.Request(self.server.target + self.path, body, method=self.command,
                                         headers={"Content-Type": "application/vnd.schemaregistry.v1+json"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                self.answer(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            self.answer(error.code, error.read())

    def serve(self):
        proxy = self.server
        if proxy.mode == "good" or not proxy.only.search(self.path):
            self.forward()
            return
        proxy.asked += 1
        if proxy.mode == "down":
            self.close_connection = True
        elif proxy.mode == "another":
            self.answer(200, json.dumps({"schema": proxy.another}).encode())
        else:
            self.answer(*{"500": (500, b'{"error_code": 50001, "message": "backend"}'), "garbage": (200, b"<html>oops</html>"),
                          "404": (404, b'{"error_code": 40403, "message": "Schema not found"}')}[proxy.mode])

    do_GET = do_POST = do_PUT = serve  # noqa: N815 (http.server's names)


def through_proxy(run):
    """run(field, proxy): workers of the field ask through the proxy."""
    @functools.wraps(run)
    def wrapped(field, **options):
        proxy = Proxy(field.environment["OSBILL_REGISTRY_URL"])
        try:
            field.environment = field.environment | {"OSBILL_REGISTRY_URL": proxy.url}
            return run(field, proxy, **options)
        finally:
            proxy.set("good")
            if not field.outcome:
                field.conclude(rules=False)
            proxy.close()
    return wrapped


def meet_new_schema(field, proxy, mode, only):
    """Events whose schema no worker has met, while the registry is as it is."""
    stranger = send_with_new_schema(field, Registry(proxy.target), EVENTS)
    next(stranger)
    proxy.set(mode, only)
    next(stranger)
    wait_for(lambda: proxy.asked > 0, "the workers ask for the schema", 30, must_hold=field.must_run)


def pauses(field, proxy, mode):
    field.prepare()
    field.load()
    field.reach(0.1)
    meet_new_schema(field, proxy, mode, r"/schemas/ids/")
    line = field.wait_log(field.workers[0], "waiting for the schema registry", 40)[0]
    proxy.set("good")
    began = time.monotonic()
    field.wait_log(field.workers[0], "the schema registry answers again", 60)
    took = time.monotonic() - began
    field.all_decided()
    return f"{line.partition(' ')[2]}; went on {took:.1f} s after it was back"


for _mode in ("down", "500", "garbage"):
    scenario(f"registry-{_mode}", "13", "pauses, says so, goes on; no dead letter")(
        functools.partial(through_proxy(pauses), mode=_mode))


def dead_letters(field, proxy, mode):
    field.prepare()
    field.load()
    field.reach(0.1)
    meet_new_schema(field, proxy, mode, r"/schemas/ids/")
    field.all_decided()
    field.dead_letters, asked = EVENTS, proxy.asked
    proxy.set("good")
    field.conclude(rules=False)
    codes = {dict(message.headers())["osbill.error.code"].decode() for message in field.read("dead-letter")}
    return f"{EVENTS} dead letters: {', '.join(sorted(codes))}; asked {asked} times"


@scenario("registry-404", "13", "a few tries, then dead letters; asked no more than needed")
@through_proxy
def unknown(field, proxy):
    return dead_letters(field, proxy, "404")


@scenario("registry-another-schema", "13", "another record's schema for an id: dead letters, no money moves")
@through_proxy
def another(field, proxy):
    field.initialise()
    proxy.another = json.dumps(Registry(proxy.target).latest_json(field.prefix + "account-value"))
    return dead_letters(field, proxy, "another")


@scenario("registry-known-ids", "13", "down all the time: what is known goes on; a worker that starts waits for it", events=40_000)
@through_proxy
def known_ids(field, proxy):
    field.prepare()
    field.load()
    field.reach(0.1)
    proxy.set("down")
    field.reach(0.6)
    late = field.start("late")
    line = field.wait_log(late, "schema registry", 40)[0]
    field.reach(0.9)
    proxy.set("good")
    field.wait_log(late, "the schema registry answers", 40)
    return f"went on; a new worker: {line.partition(' ')[2]}"


@scenario("registry-empty", "13", "set up anew, empty: known ids go on, a worker that starts says what to do", events=40_000)
@through_proxy
def empty(field, proxy):
    field.prepare()
    field.load()
    field.reach(0.1)
    proxy.set("404")
    late = field.start("late")
    code = field.expect_end(late)
    line = field.wait_log(late, "osbill init", 5)[0]
    if code != 3:
        raise SystemExit(f"FAILED: exit code {code}, expected 3: {line}")
    field.reach(0.6)
    return line.partition(" ")[2]
