"""Reads topics from the beginning with read_committed, decodes what comes, keeps it."""
import collections
import threading

import confluent_kafka
import confluent_kafka.admin

from kit import wire

Record = collections.namedtuple("Record", "topic partition offset key value headers kind record read_at")


class Tap:
    """topics: name without prefix -> whether its values are Avro."""

    def __init__(self, bootstrap, registry, prefix, topics, clock):
        self.registry, self.prefix, self.topics, self.clock = registry, prefix, topics, clock
        self.records = {topic: [] for topic in topics}
        self.failure = None
        self.changed = threading.Condition()
        self.stopping = threading.Event()
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": bootstrap, "group.id": f"{prefix}tap", "isolation.level": "read_committed",
            "enable.auto.commit": False, "auto.offset.reset": "error", "fetch.wait.max.ms": 10,
            "enable.partition.eof": True, "max.partition.fetch.bytes": 8 << 20, "fetch.error.backoff.ms": 50})
        self.admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": bootstrap})
        known = self.consumer.list_topics(timeout=10).topics
        self.places = [(topic, partition) for topic in topics for partition in known[prefix + topic].partitions]
        self.ends = dict.fromkeys(self.places, -1)
        self.consumer.assign([confluent_kafka.TopicPartition(prefix + topic, partition, 0)
                              for topic, partition in self.places])
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            while not self.stopping.is_set():
                for message in self.consumer.consume(500, 0.05):
                    self._take(message)
        except Exception as error:  # pylint: disable=broad-except
            with self.changed:
                self.failure = error
                self.changed.notify_all()
        self.consumer.close()

    def _take(self, message):
        topic = message.topic().removeprefix(self.prefix)
        if message.error():
            if message.error().code() != confluent_kafka.KafkaError._PARTITION_EOF:
                raise confluent_kafka.KafkaException(message.error())
            with self.changed:
                self.ends[topic, message.partition()] = message.offset()
                self.changed.notify_all()
            return
        kind = record = None
        if self.topics[topic] and message.value() is not None:
            kind, record = wire.decode(self.registry, message.value())
        key = message.key()
        with self.changed:
            self.records[topic].append(Record(
                topic, message.partition(), message.offset(), _text(key),
                message.value(), dict(message.headers() or []), kind, record, self.clock()))
            self.changed.notify_all()

    def catch_up(self, topics=None, seconds=20):
        """Waits until all that is committed in these topics now was read: what is not there by then was not written."""
        places = [place for place in self.places if not topics or place[0] in topics]
        answers = self.admin.list_offsets(
            {confluent_kafka.TopicPartition(self.prefix + topic, partition): confluent_kafka.admin.OffsetSpec.latest()
             for topic, partition in places},
            isolation_level=confluent_kafka.IsolationLevel.READ_COMMITTED, request_timeout=10)
        ends = {(at.topic.removeprefix(self.prefix), at.partition): answer.result().offset
                for at, answer in answers.items()}
        with self.changed:
            assert self.changed.wait_for(lambda: self.failure or all(self.ends[place] >= end for place, end in ends.items()),
                                         seconds), f"not read within {seconds} s: up to {ends}, read up to {self.ends}"
            assert not self.failure, f"reading the outputs failed: {self.failure}"

    def snapshot(self, topic):
        """What was read so far."""
        with self.changed:
            return list(self.records[topic])

    def wait(self, topic, accepts, count=1, seconds=20, what=None):
        """The records of the topic that `accepts` takes, once there are `count`; more than that are returned too."""
        with self.changed:
            found = []

            def enough():
                found[:] = [item for item in self.records[topic] if accepts(item)]
                return self.failure or len(found) >= count

            came = self.changed.wait_for(enough, seconds)
            if self.failure:
                raise AssertionError(f"reading the outputs failed: {self.failure}")
            assert came, (f"{what or topic}: expected {count} in {self.prefix}{topic} within {seconds} s, got "
                          f"{len(found)}; the last records there: {[item.record for item in self.records[topic][-3:]]}")
            return found

    def close(self):
        self.stopping.set()
        self.thread.join(10)


def _text(key):
    """Keys are text (contract.md Rules); one that is not stays bytes."""
    try:
        return None if key is None else key.decode()
    except UnicodeDecodeError:
        return key
