"""drain: how fast a preloaded os-installed topic is decided, and what it costs; by osbill, and by the peer on the same topics.

    tests/bench/drain --runs 5 --peers memory,rocksdb [--events N] [--accounts N] [--no-pin] ...

For each run: topics of their own, catalogue, accounts and orders decided by every program, installations preloaded; then one
program after the other, started afresh, in another order each time. Measured from the first progress of a group's committed
offsets to the end. osbill's output is compared with the oracle and by `osbill verify`, the peer's with what its job must charge.
"""
import sys

import peer
from question import Bench, parser, say
from runs import Expected, Peer, PeerBill, compare, drain_osbill, drain_peer, installation, prepare


def order(names, number):
    shift = number % len(names)
    return names[shift:] + names[:shift]


class Round:
    """All programs on the same topics."""

    def __init__(self, bench, made, built, expected):
        self.bench, self.made, self.expected, self.options = bench, made, expected, bench.options
        self.peers = {store: Peer(made, store, built) for store in self.options.peers}

    def prepare(self):
        prepare(self.bench, self.made)
        for other in self.peers.values():
            other.prepare()
        line = self.made.preload("installations")["installations"]
        say(f"preloaded {line['records']} installations, {line['records'] * 1000 // max(1, line['ms'])} records/s")

    def run(self, number):
        for name in order(["osbill", *self.peers], number):
            figures = (drain_peer(self.bench, self.peers[name], self.options.threads) if name in self.peers else
                       drain_osbill(self.bench, self.made, self.options.threads, self.options.worker_argument))
            self.compare(name)
            say(f"{name}: {figures['events_per_s']} events/s; as expected")
            self.bench.results.add(name, figures, run=number, accounts=self.options.accounts, events=self.options.events,
                                   partitions=self.options.partitions, threads=self.options.threads, pin=self.options.pin)

    def compare(self, name):
        if name in self.peers:
            self.peers[name].check(self.expected.of(PeerBill, self.made.workload))
        else:
            compare(self.made, self.expected, self.options.count_decisions)

    def close(self):
        for other in self.peers.values():
            other.close()


def main():
    made = parser(__doc__, pin=False)
    made.add_argument("--peers", type=lambda text: [name for name in text.split(",") if name], default=[],
                      help="of memory, rocksdb")
    made.add_argument("--count-decisions", action="store_true", help="count Decisions by rule too (slow beyond 10^6)")
    options = made.parse_args()
    built = peer.build() if options.peers else None
    expected = Expected()
    with Bench("drain", options) as bench:
        for number in range(1, options.runs + 1):
            with installation(bench, bench.workload, options.partitions) as place:
                programs = Round(bench, place, built, expected)
                try:
                    programs.prepare()
                    programs.run(number)
                finally:
                    programs.close()


if __name__ == "__main__":
    sys.exit(main())
