"""Row 5: the group's offsets are moved, inputs are cut. P is the truth."""
import functools
import signal

import confluent_kafka
from field import wait_for
from table import scenario


def moved(field, how, flush):
    field.prepare()
    field.load()
    field.reach(0.4)
    field.stop_workers()
    field.sent()
    field.move_offsets(how)
    if flush:
        field.stack.redis("flushall")
    one, two = field.start("one-again"), field.start("two-again")
    field.caught_up()
    said = [line for worker in (one, two) for line in worker.log.splitlines() if " offsets-differ: " in line]
    if not said:
        raise SystemExit("FAILED: nobody says that the group's offsets differ from the position")
    return f"{len(said)} lines such as: {said[0].partition(' ')[2]}"


for _how in ("earliest", "latest", "deleted"):
    for _flush in (False, True):
        scenario(f"offsets-{_how}" + ("-flushall" if _flush else ""), "5", "says so, goes on from its own position",
                 events=40_000)(functools.partial(moved, how=_how, flush=_flush))


def cut(field, topics, partitions):
    """Deletes all records of these partitions, as retention does."""
    places = [place for place in field.places(topics) if place.partition in partitions]
    wanted = [confluent_kafka.TopicPartition(place.topic, place.partition, confluent_kafka.OFFSET_END) for place in places]
    for future in field.admin.delete_records(wanted).values():
        future.result(20)


@scenario("idle-input-cut", "5", "old segments of idle inputs are deleted: starts, nothing is missing")
def idle_cut(field):
    """Accounts and orders are decided long ago; then the positions must not look like loss."""
    field.prepare()
    field.stop_workers()
    cut(field, ("account", "order"), range(field.partitions))
    field.start("one-again")
    field.load()
    field.all_decided()
    return "account and order are empty, installations are decided"


@scenario("undecided-input-cut", "5", "retention took what was not decided: that partition is refused with a message, the others go "
          "on", proof=False)
def undecided_cut(field):
    field.prepare()
    field.stop_workers()
    field.load(rate=0)
    field.sent()
    cut(field, ("os-installed",), [1])
    worker = field.start("one-again")
    line = field.wait_log(worker, "partition 1 refused")[0]
    others = [partition for partition in range(field.partitions) if partition != 1]
    wait_for(lambda: field.decided_of(others) >= field.written_of(others), "the other partitions are decided", 60,
             must_hold=field.must_run)
    code = field.kill(worker, signal.SIGTERM)
    if code:
        raise SystemExit(f"FAILED: exit code {code} after SIGTERM")
    return line.partition(" ")[2]
