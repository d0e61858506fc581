"""What processes use between two moments, and how a drain is timed: from the first progress of a group's committed offsets to
the end, as the peer's author does it."""
import os
import pathlib
import time

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """Of the process and of its children that have ended: Redis rewrites its log in one."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def memory_mb(pid, name="VmHWM"):
    """VmHWM: the most that was resident; VmRSS: what is."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def machine_seconds():
    """Of all cores together, by kind."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return [int(value) / TICKS for value in fields]


class Sample:
    """Where the clocks stand. pids: by name; done: events."""

    def __init__(self, pids, done=0):
        self.at, self.done, self.machine = time.monotonic(), done, machine_seconds()
        self.cpu = {name: cpu_seconds(pid) for name, pid in pids.items()}

    def since(self, earlier):
        """(seconds, events, CPU-seconds by name, cores that others used, the hypervisor's part included)"""
        used = {name: self.cpu[name] - earlier.cpu[name] for name in self.cpu}
        machine = [now - then for now, then in zip(self.machine, earlier.machine)]
        busy = sum(machine[:3]) + sum(machine[5:8])  # user, nice, system; irq, softirq, steal
        seconds = self.at - earlier.at
        return seconds, self.done - earlier.done, used, (busy - sum(used.values())) / seconds


def settle(pids, seconds=300):
    """Waits until these processes have next to nothing left to do: Kafka compacts, and Redis writes its file anew, after a load."""
    deadline, used = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        before, used = used, sum(map(cpu_seconds, pids))
        if used - before < 0.3:
            return
        time.sleep(2)


def watch(group, pids, total, limit):
    """Samples at the first progress, at about half of the installations and at the end; SystemExit after `limit` seconds."""
    topics, deadline, samples = ["os-installed"], time.monotonic() + limit, []
    for share in (0, 0.5, 1):
        wanted = max(1, int(total * share))
        while (done := group.decided(topics) or 0) < wanted:
            group.must_run()
            if time.monotonic() > deadline:
                raise SystemExit(f"FAILED: {done} of {total} events decided after {limit} s by {group.group}")
            time.sleep(0.05)
        samples.append(Sample(pids, done))
    return samples


def drain_figures(samples):
    """Rates and CPU per million events of what watch saw."""
    first, half, last = samples
    seconds, events, cpu, others = last.since(first)
    second = last.since(half)
    if not events or not second[1]:
        raise SystemExit("FAILED: decided before it could be watched: more --events are needed")
    return {"seconds": round(seconds, 2), "events_per_s": round(events / seconds),
            "second_half_per_s": round(second[1] / second[0]),
            **{f"{name}_cpu_s_per_million": round(1e6 * used / events, 3) for name, used in cpu.items()},
            "other_cores": round(others, 2)}
