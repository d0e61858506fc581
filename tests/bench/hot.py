"""hot: what it costs when the events are not spread evenly over the accounts.

    tests/bench/hot --runs 5 [--events N] ...
"""
from question import Bench, parser
from runs import Case, alternate

CASES = [Case("uniform"), Case("half on one account", {"hot": 50}), Case("Zipf 1.0", {"zipf": 1.0})]

if __name__ == "__main__":
    with Bench("hot", parser(__doc__, events=1_000_000).parse_args()) as bench:
        alternate(bench, CASES)
