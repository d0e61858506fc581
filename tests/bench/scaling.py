"""scaling: rate and cost by threads and partitions, not pinned.

    tests/bench/scaling --runs 5 [--threads-list 1,2,4] [--partitions-list 4,24,96] [--events N] ...
"""
from growth import numbers
from question import Bench, parser
from runs import Case, alternate


def cases(options):
    return [Case(f"{threads} threads, {partitions} partitions", partitions=partitions, threads=threads)
            for partitions in options.partitions_list for threads in options.threads_list if threads <= partitions]


if __name__ == "__main__":
    made = parser(__doc__, events=1_000_000, pin=False)
    made.add_argument("--threads-list", type=numbers, default=[1, 2])
    made.add_argument("--partitions-list", type=numbers, default=[4, 24])
    given = made.parse_args()
    with Bench("scaling", given) as bench:
        alternate(bench, cases(given))
