"""compression: what kafka.compression.type costs the worker, and what it saves on the brokers' disks and between them.

    tests/bench/compression --runs 3 [--kinds none,lz4,zstd] [--events N] ...
"""
from question import Bench, parser
from runs import Case, alternate

if __name__ == "__main__":
    made = parser(__doc__, events=1_000_000)
    made.add_argument("--kinds", type=lambda text: text.split(","), default=["none", "lz4", "zstd"])
    options = made.parse_args()
    with Bench("compression", options) as bench:
        alternate(bench, [Case(kind, arguments=(f"--kafka.compression.type={kind}",)) for kind in options.kinds])
