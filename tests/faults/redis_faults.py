"""Row 4: Redis dies, goes back in time, is emptied, swapped, full, replaced, or holds somebody else's data."""
import contextlib
import shutil
import subprocess
import time

from field import wait_for
from table import scenario

EVENTS, MORE = 200_000, 3_000  # at most; decided before something happens
TIME_ASKED_S = 12  # the engine compares clocks every 10 s
COPY_ALL = """
for _, key in ipairs(redis.call('KEYS', '*')) do redis.call('COPY', key, key, 'DB', ARGV[1], 'REPLACE') end
return #redis.call('KEYS', '*')"""
RENAME_ALL = """
local count = 0
for _, key in ipairs(redis.call('KEYS', '*')) do
    local from, to = string.find(key, ARGV[1], 1, true)
    if from then
        redis.call('RENAME', key, string.sub(key, 1, from - 1) .. ARGV[2] .. string.sub(key, to + 1))
        count = count + 1
    end
end
return count"""


def repaired(field, before, seconds=60):
    """Every partition is repaired and decides again; what the metric counted."""
    wait_for(lambda: field.repairs() > before, lambda: f"osbill_repairs_total above {before}", seconds,
             must_hold=field.must_run)
    field.progress()
    return f"{field.repairs() - before} repairs counted"


def under_load(field):
    """How many repairs there were so far."""
    field.prepare()
    field.load_on()
    field.more(MORE)
    return field.repairs()


@scenario("redis-killed", "4", "repaired; the metric counts it", events=EVENTS)
def killed(field):
    before = under_load(field)
    field.stack("kill", "redis")
    field.stack("start", "redis")
    return repaired(field, before)


def copy_files(field):
    """What Redis has on its disk now."""
    copy = field.folder / "redis-data"
    shutil.copytree(field.stack.folder / "redis/data", copy)
    return copy


def restore(field, copy):
    """Redis comes back with its files as they were."""
    before, data = field.repairs(), field.stack.folder / "redis/data"
    field.more(MORE)
    field.stack("kill", "redis")
    shutil.rmtree(data)
    shutil.move(copy, data)
    field.stack("start", "redis")
    return repaired(field, before)


@scenario("redis-old-aof", "4", "an AOF of some seconds ago: repaired before any decision", events=EVENTS)
def old_aof(field):
    under_load(field)
    return restore(field, copy_files(field))


@scenario("redis-oldest-aof", "4", "an AOF from before all load: repaired before any decision", events=EVENTS)
def oldest_aof(field):
    field.prepare()
    copy = copy_files(field)
    field.load_on()
    field.more(MORE)
    return restore(field, copy)


@scenario("redis-swapdb", "4", "an old copy without a disconnect: repaired before any decision", events=EVENTS)
def swapdb(field):
    before, redis = under_load(field), field.redis_now()
    keys = redis("EVAL", COPY_ALL, 0, 1)
    field.more(MORE)
    redis("SWAPDB", 0, 1)
    observed = repaired(field, before)
    redis("SELECT", 1)
    redis("FLUSHDB")
    return f"{keys} old keys swapped in; {observed}"


@scenario("redis-flushall", "4", "rebuilt from Kafka before any decision", events=EVENTS)
def flushall(field):
    before = under_load(field)
    field.stack.redis("flushall")
    observed = repaired(field, before)
    return f"{observed}, {field.metric('osbill_rebuilds_total')} rebuilds"


@scenario("redis-flushall-again", "4", "emptied every second while it is rebuilt", events=EVENTS)
def flushall_again(field):
    before = under_load(field)
    for _ in range(5):
        field.stack.redis("flushall")
        field.progress()
    return repaired(field, before - 1)


@scenario("redis-sleeps", "4", "pauses, says so, goes on", events=EVENTS)
def sleeps(field):
    under_load(field)
    said = len(field.workers[0].log.splitlines())
    sleeper = subprocess.Popen(["redis-cli", "-s", field.stack.folder / "redis.sock", "debug", "sleep", "8"],
                               stdout=subprocess.DEVNULL)
    field.wait_log(field.workers[0], "waiting for Redis", 30)
    sleeper.wait(30)
    field.wait_log(field.workers[0], "Redis answers again", 30)
    return f"said so, {len(field.workers[0].log.splitlines()) - said} lines in all"


def said_once(worker, begins, ends="Redis answers again"):
    """The line that names the outage; FAILED when it or its end is said twice."""
    lines = worker.log.splitlines()
    counts = {text: sum(text in line for line in lines) for text in (begins, ends, "repair: interrupted")}
    if counts != {begins: 1, ends: 1, "repair: interrupted": 0}:
        raise SystemExit(f"FAILED: '{begins}' and '{ends}' must be said once, and nothing be interrupted: {counts}")
    return next(line for line in lines if begins in line).partition(" ")[2]


def time_is_asked():
    began = time.monotonic()
    wait_for(lambda: time.monotonic() - began > TIME_ASKED_S, "TIME is asked", TIME_ASKED_S + 5)


@scenario("redis-full", "4", "maxmemory reached: pauses with advice, said once, nothing is evicted, goes on", events=EVENTS)
def full(field):
    under_load(field)
    redis, worker = field.redis_now(), field.workers[0]
    try:
        redis("CONFIG", "SET", "maxmemory", 1)
        field.wait_log(worker, "Redis is at maxmemory", 40)
        time_is_asked()  # a full Redis answers that, and lets itself be claimed
    finally:
        redis("CONFIG", "SET", "maxmemory", 0)
    field.progress(90)
    field.wait_log(worker, "Redis answers again", 40)
    field.conclude()
    return said_once(worker, "Redis is at maxmemory")


@scenario("redis-evicts", "4", "a policy that evicts is refused with the way to mend it")
def evicts(field):
    redis = field.redis_now()
    field.initialise()
    try:
        redis("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        redis("CONFIG", "SET", "maxmemory", 1_000_000_000)
        worker = field.start("refused")
        code = field.expect_end(worker)
        line = field.wait_log(worker, "noeviction", 5)[-1]
    finally:
        redis("CONFIG", "SET", "maxmemory-policy", "noeviction")
        redis("CONFIG", "SET", "maxmemory", 0)
    if code != 3:
        raise SystemExit(f"FAILED: exit code {code}, expected 3: {line}")
    under_load(field)
    return line.partition(" ")[2]


@scenario("redis-script-flush", "4", "loads its scripts again", events=EVENTS)
def script_flush(field):
    under_load(field)
    for _ in range(3):
        field.stack.redis("script", "flush", "sync")
        field.progress()
    return "three times, went on each time"


@contextlib.contextmanager
def replica(field):
    """A second Redis that follows the stack's."""
    folder = field.folder / "replica"
    folder.mkdir()
    primary = dict(line.split(":", 1) for line in field.stack.redis("info", "server").splitlines() if ":" in line)["tcp_port"]
    process = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", folder / "sock", "--dir", folder,
                                "--appendonly", "yes", "--save", "", "--replicaof", "127.0.0.1", primary,
                                "--repl-diskless-sync-delay", "0"], stdout=open(folder / "log", "wb"), stderr=subprocess.STDOUT)

    def call(*words):
        return subprocess.run(["redis-cli", "-s", folder / "sock", *words], capture_output=True, text=True, check=False).stdout

    try:
        wait_for(lambda: "master_link_status:up" in call("info", "replication"), "the replica follows", 30)
        yield call, folder / "sock"
    finally:
        process.kill()
        process.wait()


@scenario("redis-replica-promoted", "4", "a replica that lacks the last second takes over: repaired", events=EVENTS)
def promoted(field):
    before = under_load(field)
    with replica(field) as (call, path):
        field.more(MORE)
        call("replicaof", "no", "one")
        field.more(MORE)
        field.stack("kill", "redis")
        path.rename(field.stack.folder / "redis.sock")  # the workers' address is the replica now
        observed = repaired(field, before)
        field.conclude()
    field.stack("start", "redis")
    return observed


@scenario("redis-replica-answers", "4", "a replica without its primary: pauses, says once what to do and once that it goes on",
          events=EVENTS)
def replica_answers(field):
    under_load(field)
    worker = field.workers[0]
    with replica(field) as (_, path):
        path.rename(field.stack.folder / "redis.sock")  # first: who comes back meets the replica at once
        field.stack("kill", "redis")
        field.wait_log(worker, "waiting for Redis: a replica answered", 40)
        time_is_asked()
        early = worker.log.count("Redis answers again")
        field.stack.redis("replicaof", "no", "one")
        field.wait_log(worker, "answers again", 40, early + 1)
        field.conclude()
    field.stack("start", "redis")
    return said_once(worker, "waiting for Redis: a replica answered")


@scenario("redis-of-another", "4", "another installation's data under our name: refused, touched by nobody")
def of_another(field):
    """The other one's keys are ours renamed: what their position says is not this prefix."""
    field.prepare()
    field.stop_workers()
    redis = field.redis_now()
    first = type(field)(field.stack, field.folder / "stranger", field.given, "stranger", accounts=50, events=100)
    try:
        first.prepare(lambda: first.start("stranger"))
        first.stop_workers()
        redis("EVAL", "for _, k in ipairs(redis.call('KEYS', '*' .. ARGV[1] .. '*')) do redis.call('DEL', k) end", 0, field.prefix)
        moved = redis("EVAL", RENAME_ALL, 0, first.prefix, field.prefix)
    finally:
        first.close()
        first.forget()
    worker = field.start("refused")
    line = field.wait_log(worker, "another installation", count=field.partitions)[0]
    field.kill(worker, 15)
    redis("FLUSHALL")
    field.start("one")
    field.start("two")
    field.load()
    return f"{moved} keys moved: {line.partition(' ')[2]}"

