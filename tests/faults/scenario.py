"""What the fault tests share: an installation on the stack that ctest started, and what is left behind when one fails."""
import contextlib
import os
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
from installation import Installation, Stack, say  # noqa: E402
from oracle import Workload  # noqa: E402

DAY = 86_400_000
# seconds until a killed member's partitions move on, and until its open transaction is aborted
IMPATIENT = ["--session-timeout=6s", "--transaction-timeout=10s"]


def workload(accounts, events):
    """About one in ten charges fails; the period holds the present, so that unpaid orders do not expire meanwhile."""
    start = int(time.time() * 1000) // DAY * DAY - 20 * DAY
    return Workload(accounts=accounts, events=events, start=start, span=20 * DAY, deposit_low=11_000_000,
                    deposit_high=24_000_000)


@contextlib.contextmanager
def installation(name, load, partitions, **given):
    """Removes its logs when all went well; else says where they are."""
    stack = Stack(os.environ["STACK_DIR"])
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"osbill-{name}-"))
    made = Installation(stack, folder, os.environ["OSBILL_PROGRAM"], os.environ["BENCH_GENERATE"], load, partitions,
                        prefix=f"{name}-{time.time_ns() // 1_000_000}.", **given)
    try:
        yield made
    except BaseException:
        print(f"FAILED: prefix {made.prefix}, group {made.group}, logs in {folder}, stack in {stack.folder}",
              file=sys.stderr, flush=True)
        raise
    else:
        shutil.rmtree(folder)
    finally:
        made.close()


def ready(made, *workers):
    """Topics, workers (threads, arguments), catalogue, accounts and orders."""
    made.initialise()
    for threads, arguments in workers:
        made.start_worker(threads, arguments)
    made.apply_catalogue()
    made.accounts_and_orders()
    say(f"{made.workload.accounts} accounts with two servers each are decided")
