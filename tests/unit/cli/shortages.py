"""Too little memory and too few descriptors: a clear message and a documented exit code: shortages.py PROGRAM SHIM

SHIM is fail_allocation.c. Where librdkafka has no memory it gives up itself, by an assertion of its own; getpwuid of
glibc 2.36, which names who changes a catalogue, crashes.
"""
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

BROKEN, UNREADABLE, SUCCESSES = 7, 2, 20
EACH, STEP = 60, 7
HERE = pathlib.Path(__file__).resolve().parent
CATALOGUE = "modules:\n  vm-1:\n    title: \"x\"\nbroken: {\n"


def run(program, arguments, shim=None, number=None, descriptors=None, seconds=30):
    extra = {"LD_PRELOAD": shim, "FAIL_ALLOCATION": str(number)} if shim else {}
    if arguments[0] == "catalogue":
        extra["FAIL_ALLOCATION_OF"] = "program libjansson"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OSBILL_")} | extra

    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    return subprocess.run([program, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          preexec_fn=limit if descriptors else None, timeout=seconds, check=False)


def sweep(program, shim, arguments):
    """Fails the Nth allocation for every N, later for some, until that changes nothing any more."""
    usual = run(program, arguments)
    same, number, failures = 0, 1, 0
    while same < SUCCESSES:
        done = run(program, arguments, shim, number)
        by_librdkafka = done.returncode == -6 and "rd.h" in done.stderr
        broken = done.returncode in (BROKEN, UNREADABLE) and "memory" in done.stderr
        unchanged = (done.returncode, done.stdout) == (usual.returncode, usual.stdout)
        if not (unchanged or broken or by_librdkafka):
            sys.exit(f"{arguments}, allocation {number}: expected exit code {BROKEN} and a message, or {usual.returncode}; "
                     f"got {done.returncode}: {done.stderr}\n{done.stdout[-300:]}")
        same, failures = same + 1 if unchanged else 0, failures + broken
        number += 1 if number < EACH else STEP
    if not failures:
        sys.exit(f"{arguments}: no allocation failed, so this proves nothing")
    return failures


def main(program, shim):
    with tempfile.TemporaryDirectory() as folder:
        settings, catalogue = pathlib.Path(folder, "osbill.conf"), pathlib.Path(folder, "catalogue.yaml")
        settings.write_text("threads = 2\nregistry-user = me\n", encoding="utf-8")
        catalogue.write_text(CATALOGUE, encoding="utf-8")
        commands = (["version"], ["version", "--json"], ["help"], ["worker", "--help"], ["config", "check", "--thread=3"],
                    ["config", "check", f"--config={settings}"], ["config", "check", "--json"],
                    ["catalogue", "plan", str(catalogue)], ["catalogue", "lint", "--json", str(HERE / "pricelist.yaml")],
                    ["catalogue", "import", str(HERE / "pricelist.json")])
        count = sum(sweep(program, shim, arguments) for arguments in commands)
        for descriptors in range(4, 40):
            done = run(program, ["config", "check", f"--config={settings}"], descriptors=descriptors)
            if done.returncode not in (0, 3, BROKEN) or (done.returncode and not done.stderr):
                sys.exit(f"{descriptors} descriptors: exit code {done.returncode}: {done.stderr}")
    print(f"{count} failed allocations")


main(*sys.argv[1:])
