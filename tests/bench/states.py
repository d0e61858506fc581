"""states: a large state. Rate while the events are those of few accounts, whose states fit into the worker's cache, against the
same events on a state that holds nothing else; Redis bytes per VPS.

    tests/bench/states --vps 1e6,1e7 [--active 20000] [--runs 3] [--events N] ...
"""
from growth import numbers
from question import Bench, parser
from runs import Case, alternate

if __name__ == "__main__":
    made = parser(__doc__, events=1_000_000, active=20_000)
    made.add_argument("--vps", type=numbers, default=[1_000_000])
    options = made.parse_args()
    sizes = [2 * options.active, *options.vps]
    with Bench("states", options) as bench:
        alternate(bench, [Case(f"{size} VPSs", {"accounts": max(options.active, size // 2)},
                               numbers={"vps": size, "active": options.active}) for size in sizes])
