"""cold: what it costs when the states are not in the worker's cache, so that every batch asks Redis.

    tests/bench/cold --runs 5 [--sizes 0,8MiB,64MiB] [--events N] ...
"""
from question import Bench, parser
from runs import Case, alternate

if __name__ == "__main__":
    made = parser(__doc__, events=1_000_000)
    made.add_argument("--sizes", type=lambda text: text.split(","), default=["0", "8MiB", "64MiB"], help="of the cache")
    options = made.parse_args()
    with Bench("cold", options) as bench:
        alternate(bench, [Case(f"cache {size}", arguments=(f"--cache-bytes={size}",)) for size in options.sizes])
