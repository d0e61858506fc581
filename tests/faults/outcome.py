"""What an installation published, judged beyond the benchmark's comparison."""
import types

from installation import LANE_TOPICS
from published import Published


class Outcome(Published):
    """Reminders are notifications of the same kind: counted apart, by case. Time and catalogue of a partition never go back."""

    def __init__(self, field):
        self.reminders, self.newest = [], {}
        super().__init__(types.SimpleNamespace(prefix=field.prefix, stack=field.stack, environment=field.environment,
                                               written=lambda topics: sum(field.records(topic) for topic in topics)))

    def notifications(self):
        super().notifications()
        self.reminders = [record["case_id"] for record in self.records("notification") if record["rule"] == "case.reminder"]
        self.notified["INSUFFICIENT_FUNDS"] -= len(self.reminders)

    def records(self, topic):
        for record in super().records(topic):
            if topic == "decision":
                self.must_rise(record)
            yield record

    def must_rise(self, batch):
        if batch["decisions"][0]["input"] in LANE_TOPICS:
            return
        version = max(decision["catalogue_version"] for decision in batch["decisions"])
        now = batch["seq"], batch["decided_at"], version
        before = self.newest.get(batch["partition"], now)
        if any(new < old for new, old in zip(now, before)):
            self.problems.append(f"partition {batch['partition']}: (seq, decided_at, catalogue) {before}, then {now}")
        self.newest[batch["partition"]] = now
