"""What every command of this folder has: options, a stack, the machine, and a file that its results go to, a JSON line each.

A line: {"question", "case", "session", "at", "commit", "machine", "options", "figures"}. A session is one run of one command;
report.py takes the newest of each question."""
import argparse
import contextlib
import dataclasses
import datetime
import functools
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

from installation import HERE, REPOSITORY, Stack, say
from oracle import WORKLOAD_OPTIONS, Workload, workload_arguments


def output(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return (done.stdout or done.stderr).strip()


def property_of_stack(name):
    text = (REPOSITORY / "deploy/local/pom.xml").read_text()
    return text.partition(f"<{name}>")[2].partition("<")[0]


@functools.lru_cache(maxsize=1)
def machine():
    """What a figure is worth nothing without."""
    model = [line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")]
    memory = int(open("/proc/meminfo", encoding="utf-8").readline().split()[1]) / 1e6
    return {"cpu": f"{os.cpu_count()} x {model[0] if model else platform.machine()}", "memory_gb": round(memory),
            "kernel": platform.release(), "redis": output("redis-server", "--version").partition("v=")[2].partition(" ")[0],
            "kafka": property_of_stack("kafka.version"), "java": output("java", "-version").partition("\n")[0]}


def commit():
    git = ["git", "-c", "safe.directory=*", "-C", REPOSITORY]
    changed = output(*git, "status", "--porcelain", "--", "core", "worker", "schemas")
    return (output(*git, "rev-parse", "--short=10", "HEAD") or "unknown") + ("+changes" if changed else "")


def parser(text, **defaults):
    """Options of a command that drives osbill on a stack; defaults: another one of some of them."""
    made = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    workload_arguments(made)
    made.add_argument("--partitions", type=int, default=4)
    made.add_argument("--threads", type=int, default=1)
    made.add_argument("--pin", action=argparse.BooleanOptionalAction, default=True,
                      help="broker on core 0, the worker and Redis on core 1")
    made.add_argument("--runs", type=int, default=1, help="of each case, alternating")
    made.add_argument("--limit", type=int, default=900, help="seconds that a drain may take")
    made.add_argument("--worker-argument", action="append", default=[], help="for osbill worker, such as --cache-bytes=0")
    made.add_argument("--program", default=os.environ.get("OSBILL_PROGRAM"), help="osbill")
    made.add_argument("--generate", default=os.environ.get("BENCH_GENERATE"))
    results_argument(made)
    made.set_defaults(**defaults)
    return made


def results_argument(made):
    made.add_argument("--results", help="file that the lines are appended to (a name without / is below tests/bench/results)")


class Results:
    def __init__(self, question, options):
        self.question, self.options = question, options
        self.session = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        name = options.results
        self.path = name and (pathlib.Path(name) if "/" in name else HERE / "results" / name)

    def add(self, case, figures, **options):
        """options: what of the command's options matters to this case."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        line = json.dumps({"question": self.question, "case": case, "session": self.session, "at": now, "commit": commit(),
                           "machine": machine(), "options": options, "figures": figures})
        print(line, flush=True)
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "a", encoding="utf-8") as out:
                out.write(line + "\n")


def pin(pid, cores):
    subprocess.run(["taskset", "-a", "-c", "-p", cores, str(pid)], check=True, stdout=subprocess.DEVNULL)


class Bench:
    """A command that runs: its options, its workload, a stack, a folder for logs that goes away when all went well."""

    def __init__(self, question, options):
        self.options, self.results = options, Results(question, options)
        if not options.program or not options.generate:
            raise SystemExit("OSBILL_PROGRAM and BENCH_GENERATE, or --program and --generate, must name the built programs")
        self.workload = Workload(**{name: getattr(options, name) for name in WORKLOAD_OPTIONS})
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="osbill-bench-"))
        self.number = 0

    def __enter__(self):
        given = os.environ.get("STACK_DIR")
        self.stack = Stack(given) if given else Stack.start(self.folder / "stack")
        self.alone = self.stack.started or "BENCH_ALONE" in os.environ  # no other installation is on this stack
        self.pin(self.options.pin)
        return self

    def __exit__(self, kind, error, trace):
        with contextlib.suppress(subprocess.CalledProcessError, OSError, ValueError):
            self.pin(False)
        self.stack.close()
        if kind:
            print(f"logs: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def pin(self, apart):
        """True: broker and Redis on a core of their own each, the worker goes to Redis' one."""
        everywhere = f"0-{os.cpu_count() - 1}"
        self.cores = "1" if apart and os.cpu_count() > 1 else everywhere
        pin(self.stack.pid("kafka"), "0" if apart else everywhere)
        pin(self.stack.pid("redis"), self.cores)

    def workload_with(self, **changes):
        return dataclasses.replace(self.workload, **changes)

    def next_folder(self):
        self.number += 1
        return self.folder / f"run-{self.number}"

    def servers(self):
        return {"redis": self.stack.pid("redis"), "broker": self.stack.pid("kafka")}

    def pids(self, worker):
        return {"worker": worker.pid, **self.servers()}

    def redis_bytes(self):
        lines = dict(line.split(":", 1) for line in self.stack.redis("info", "memory").splitlines() if ":" in line)
        return int(lines["used_memory"])


__all__ = ["Bench", "Results", "output", "parser", "pin", "results_argument", "say"]
