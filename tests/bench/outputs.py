"""outputs: what one more output costs. Three workloads with the same number of events: hardly any outputs; most events a Charge;
many accounts without money, so that orders became cases and installations notify. report.py solves for the cost of each.

    tests/bench/outputs --runs 5 [--events N] ...
"""
from question import Bench, parser
from runs import Case, alternate

if __name__ == "__main__":
    options = parser(__doc__, events=1_000_000).parse_args()
    accounts = max(1, options.events // 2)  # an event or so for each VPS: little is covered already
    cases = [Case("hardly any", {"accounts": accounts, "templates": 1000}),  # 6 of them cost something
             Case("charges", {"accounts": accounts, "templates": 6}),
             Case("cases", {"accounts": accounts, "templates": 6, "deposit_low": 14_000_000, "deposit_high": 20_000_000})]
    with Bench("outputs", options) as bench:
        alternate(bench, cases)
