"""Too little memory and too few descriptors: a clear message and a documented exit code: shortages.py PROGRAM SHIM

SHIM is fail_allocation.c. Where librdkafka has no memory it gives up itself, by an assertion of its own.
"""
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

BROKEN, SUCCESSES = 7, 20
CATALOGUE = "modules:\n  vm-1:\n    title: \"x\"\nbroken: {\n"


def run(program, arguments, shim=None, number=None, descriptors=None, seconds=30):
    extra = {"LD_PRELOAD": shim, "FAIL_ALLOCATION": str(number)} if shim else {}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OSBILL_")} | extra

    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    return subprocess.run([program, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          preexec_fn=limit if descriptors else None, timeout=seconds, check=False)


def sweep(program, shim, arguments):
    """Fails the Nth allocation for every N, until that changes nothing any more."""
    usual = run(program, arguments)
    same, number, failures = 0, 0, 0
    while same < SUCCESSES:
        done = run(program, arguments, shim, number)
        by_librdkafka = done.returncode == -6 and "rd.h" in done.stderr
        broken = done.returncode == BROKEN and "memory" in done.stderr
        unchanged = (done.returncode, done.stdout) == (usual.returncode, usual.stdout)
        if not (unchanged or broken or by_librdkafka):
            sys.exit(f"{arguments}, allocation {number}: expected exit code {BROKEN} and a message, or {usual.returncode}; "
                     f"got {done.returncode}: {done.stderr}\n{done.stdout[-300:]}")
        same, failures, number = same + 1 if unchanged else 0, failures + broken, number + 1
    if not failures:
        sys.exit(f"{arguments}: no allocation failed, so this proves nothing")
    return number


def main(program, shim):
    with tempfile.TemporaryDirectory() as folder:
        settings, catalogue = pathlib.Path(folder, "osbill.conf"), pathlib.Path(folder, "catalogue.yaml")
        settings.write_text("threads = 2\nregistry-user = me\n", encoding="utf-8")
        catalogue.write_text(CATALOGUE, encoding="utf-8")
        commands = (["version"], ["version", "--json"], ["help"], ["worker", "--help"], ["config", "check", "--thread=3"],
                    ["config", "check", f"--config={settings}"], ["catalogue", "plan", str(catalogue)])
        count = sum(sweep(program, shim, arguments) for arguments in commands)
        for descriptors in range(4, 40):
            done = run(program, ["config", "check", f"--config={settings}"], descriptors=descriptors)
            if done.returncode not in (0, 3, BROKEN) or (done.returncode and not done.stderr):
                sys.exit(f"{descriptors} descriptors: exit code {done.returncode}: {done.stderr}")
    print(f"{count} failed allocations")


main(*sys.argv[1:])
