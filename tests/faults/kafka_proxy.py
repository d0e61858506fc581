"""A TCP proxy that understands where a Kafka request begins and what kind it is, in front of the brokers of a stack that was
started with --proxied: clients and brokers that use the advertised ports come through here.

Source: https://kafka.apache.org/protocol (size, api key, api version, correlation id)."""
import asyncio
import contextlib
import re
import struct
import threading

WRITE_TXN_MARKERS, END_TXN = 27, 26


class Request:
    def __init__(self, listener, frame):
        self.listener, self.frame = listener, frame  # listener: (part, "clients" or "inner")
        self.key, self.version, self.correlation = struct.unpack(">hhi", frame[:8])


class Rule:
    """What is done to some requests; the default: nothing. Called in the proxy's thread."""

    async def request(self, request, forward, cut):
        """forward() sends it on, cut() ends both connections."""
        await forward()

    async def answer(self, request, forward, cut):
        await forward()


async def frames(reader):
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            size = await reader.readexactly(4)
            yield await reader.readexactly(struct.unpack(">i", size)[0])


class Connection:
    def __init__(self, proxy, listener, client, broker):
        self.proxy, self.listener = proxy, listener
        self.client, self.broker = client, broker  # (reader, writer)
        self.open = {}  # requests whose answer is due, by correlation id

    def cut(self):
        self.client[1].transport.abort()
        self.broker[1].transport.abort()

    @staticmethod
    async def send(writer, frame):
        with contextlib.suppress(ConnectionError):
            writer.write(struct.pack(">i", len(frame)) + frame)
            await writer.drain()

    async def to_broker(self):
        async for frame in frames(self.client[0]):
            request = Request(self.listener, frame)
            self.open[request.correlation] = request
            await self.proxy.rule.request(request, lambda frame=frame: self.send(self.broker[1], frame), self.cut)
        self.broker[1].close()

    async def to_client(self):
        """An answer that nobody waits for, to a request that was sent twice, is dropped."""
        async for frame in frames(self.broker[0]):
            request = self.open.pop(struct.unpack(">i", frame[:4])[0], None)
            if request:
                await self.proxy.rule.answer(request, lambda frame=frame: self.send(self.client[1], frame), self.cut)
        self.client[1].close()

    async def run(self):
        await asyncio.gather(self.to_broker(), self.to_client())


class Proxy:
    """Runs in a thread of its own until close."""

    def __init__(self, stack):
        ports = dict(re.findall(r"^port\[(.*)\]=(\d+)$", (stack.folder / "settings").read_text(), re.MULTILINE))
        self.routes = {(name.removesuffix(f"-{kind}"), kind): (int(ports[f"{name}-proxy"]), int(port))
                       for name, port in ports.items() for kind in ("clients", "inner") if name.endswith(f"-{kind}")}
        self.rule, self.started, self.tasks = Rule(), threading.Event(), set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self.started.wait(10)

    @property
    def servers(self):
        """Bootstrap servers for clients that shall come through here."""
        return ",".join(f"127.0.0.1:{front}" for (_, kind), (front, _) in self.routes.items() if kind == "clients")

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._listen())
        self.started.set()
        self.loop.run_forever()

    async def _listen(self):
        for listener, (front, back) in self.routes.items():
            async def serve(reader, writer, listener=listener, back=back):
                await self._serve(listener, back, (reader, writer))
            await asyncio.start_server(serve, "127.0.0.1", front)

    async def _serve(self, listener, back, client):
        try:
            broker = await asyncio.open_connection("127.0.0.1", back)
        except OSError:
            client[1].transport.abort()
            return
        with contextlib.suppress(ConnectionError):
            await Connection(self, listener, client, broker).run()

    def set_rule(self, rule):
        self.loop.call_soon_threadsafe(setattr, self, "rule", rule)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
