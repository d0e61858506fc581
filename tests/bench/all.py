"""all: every question, one after the other, then report. About 40 minutes; --short: minutes, for trying the suite, not for
figures. For the issue's own lengths run single commands longer (README.md); the report takes each question's newest session.

    tests/bench/all [--short] [--results NAME.jsonl] [--only drain,latency] [--list]

Results are appended to tests/bench/results/NAME.jsonl (default: the commit). Questions that are complete in that file are not asked
again, so that an interrupted run can go on. A question that fails is named at the end, the others are asked nevertheless.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from installation import HERE, Stack, say
from question import Results, commit, results_argument

# name: (command, short command); what a command runs by default is in its --help
QUESTIONS = {
    "core": ("core --runs 3 --events 1000000", "core --events 100000 --sizes 2000"),
    "codec": ("codec --runs 3", "codec --calls 1000"),
    "drain": ("drain --pin --runs 5 --peers memory,rocksdb --events 800000",
              "drain --pin --peers memory --events 60000 --accounts 3000"),
    "drain-unpinned": ("drain --peers memory --events 800000", "drain --events 60000 --accounts 3000"),
    "latency": ("latency --runs 3 --peers memory --warm 30 --seconds 20",
                "latency --peers memory --rate 300 --warm 3 --seconds 5 --accounts 1500"),
    "hot": ("hot --events 500000", "hot --events 60000 --accounts 3000"),
    "cold": ("cold --events 300000", "cold --events 60000 --accounts 3000"),
    "compression": ("compression --events 300000", "compression --events 60000 --accounts 3000 --kinds none,lz4"),
    "outputs": ("outputs --events 200000", "outputs --events 20000"),
    "scaling": ("scaling --events 300000 --accounts 20000", "scaling --events 60000 --accounts 3000 --partitions-list 4"),
    "states": ("states --vps 1e6 --events 500000", "states --vps 20000 --active 2000 --events 40000"),
    "rebuild": ("rebuild --events 300000", "rebuild --events 60000 --accounts 2000"),
    "growth-vps": ("growth --by vps --events 300000", "growth --by vps --sizes 2000,8000 --events 60000"),
    "growth-accounts": ("growth --by accounts --events 300000", None),
    "growth-partitions": ("growth --by partitions --events 300000 --accounts 20000",
                          "growth --by partitions --sizes 4,8 --events 60000 --accounts 2000"),
    "growth-threads": ("growth --by threads --events 300000 --accounts 20000 --no-pin", None),
    "growth-templates": ("growth --by templates --events 300000 --accounts 20000",
                         "growth --by templates --sizes 100,1000 --events 60000 --accounts 2000"),
    "growth-cases": ("growth --by cases --events 300000 --accounts 20000",
                     "growth --by cases --sizes 0,2000 --events 60000 --accounts 1000"),
    "growth-events": ("growth --by events --events 300000 --sizes 3,30,300", "growth --by events --sizes 10,100 --events 60000"),
    "idle": ("idle --seconds 30", "idle --seconds 5 --accounts 500"),
    "memory": ("memory --seconds 60 --backlog 2000000", "memory --seconds 20 --backlog 100000 --step 50000 --accounts 2000"),
    "flame": ("flame --events 1500000 --seconds 6", "flame --events 200000 --accounts 3000 --seconds 2 --svg /dev/null"),
}


def finished(path):
    if not path.exists():
        return set()
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {line["case"] for line in lines if line["question"] == "all"}


def ask(options, results, failed, environment):
    for name in options.only:
        command = QUESTIONS[name][options.short]
        if not command or name in finished(pathlib.Path(results.path)):
            continue
        say(f"--- {command}")
        script, *arguments = command.split()
        began = time.monotonic()
        done = subprocess.run([sys.executable, HERE / f"{script}.py", *arguments, "--results", results.path], check=False, env=environment)
        if done.returncode:
            failed.append(name)
        else:
            results.add(name, {"seconds": round(time.monotonic() - began)})


def main():
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--short", action="store_true")
    made.add_argument("--only", type=lambda text: text.split(","), default=list(QUESTIONS))
    made.add_argument("--list", action="store_true")
    results_argument(made)
    options = made.parse_args()
    if options.list:
        for name, commands in QUESTIONS.items():
            print(f"{name:18} tests/bench/{commands[options.short] or '-'}")
        return 0
    # what --short measures is no result
    options.results = options.results or (f"{tempfile.gettempdir()}/osbill-bench-short-{commit()}.jsonl" if options.short
                                          else f"{commit()}.jsonl")
    results, failed = Results("all", options), []
    given = os.environ.get("STACK_DIR")
    stack = Stack(given) if given else Stack.start(tempfile.mkdtemp(prefix="osbill-bench-all-"))
    environment = os.environ | {"STACK_DIR": str(stack.folder)} | ({} if given else {"BENCH_ALONE": "1"})
    try:
        ask(options, results, failed, environment)
    finally:
        stack.close()
    if failed:
        print(f"FAILED: {', '.join(failed)}; run this again to ask them again", file=sys.stderr)
    if not options.short and not failed:
        subprocess.run([sys.executable, HERE / "report.py"], check=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
