"""growth: cost per event against how much of something there is; the rest stays as it is.

    tests/bench/growth --by vps --sizes 1e4,1e5,1e6 [--runs 3] [--events N] ...

| --by | sizes are |
|---|---|
| vps | VPSs, two per account; the events are spread over all of them |
| accounts | accounts with events, of --accounts |
| partitions | partitions of the account topics |
| threads | threads of the one worker |
| templates | templates of the catalogue; the first 6 cost something |
| cases | open cases: orders of accounts without money beside --accounts, which alone get events |
| events | events per account |
"""
import sys
import time

from question import Bench, parser
from runs import Case, alternate

DAY_MS = 86_400_000


def numbers(text):
    return [int(float(part)) for part in text.split(",")]


def running_period():
    """A period that is not over, or unpaid orders would expire."""
    start = (int(time.time()) // 86_400 - 20) * DAY_MS
    return {"start": start, "span": 20 * DAY_MS}


def case(by, size, options):
    name, told = f"{by} {size}", {"by": by, "size": size}
    if by in ("partitions", "threads"):
        return Case(name, **{by: size}, numbers=told)
    workload = {"vps": {"accounts": max(1, size // 2)},
                "accounts": {"active": size},
                "templates": {"templates": size},
                "cases": {"accounts": options.accounts + size // 2, "active": options.accounts, "poor": 1, **running_period()},
                "events": {"accounts": max(1, options.events // max(1, size))}}[by]
    return Case(name, workload, numbers=told)


SIZES = {"vps": [10_000, 100_000, 1_000_000], "accounts": [100, 10_000, 100_000], "partitions": [4, 24, 96], "threads": [1, 2, 4],
         "templates": [100, 1000, 10_000], "cases": [0, 10_000, 100_000, 1_000_000], "events": [1, 10, 100, 1000]}


def main():
    made = parser(__doc__, events=500_000)
    made.add_argument("--by", choices=list(SIZES), action="append", help="default: all of them")
    made.add_argument("--sizes", type=numbers, help="default: " + "; ".join(f"{by} {sizes}" for by, sizes in SIZES.items()))
    options = made.parse_args()
    with Bench("growth", options) as bench:
        alternate(bench, [case(by, size, options) for by in options.by or SIZES for size in options.sizes or SIZES[by]])


if __name__ == "__main__":
    sys.exit(main())
