"""The report of sample-results.jsonl (every question, tiny runs) is the same each time, and --check notices a changed page."""
import pathlib
import subprocess
import sys
import tempfile
import xml.dom.minidom

HERE = pathlib.Path(__file__).resolve().parent


def report(docs, *more):
    return subprocess.run([sys.executable, HERE / "report.py", "--docs", docs, *more, HERE / "sample-results.jsonl"], check=False).returncode


def main():
    with tempfile.TemporaryDirectory() as folder:
        docs = pathlib.Path(folder)
        assert report(docs) == 0, "the report failed"
        assert report(docs, "--check") == 0, "the same results gave other pages"
        page = (docs / "benchmarks.md").read_text()
        missing = [title for title in ("## Goals", "## Drain, pinned", "## Latency, pinned", "## Core alone", "## Codec", "## Hot accounts",
                                       "## Cold cache", "## Compression", "## Large state", "## Start", "## Threads and partitions", "## Growth",
                                       "## Cost of one more output", "## Idle", "## Memory", "## Where the time goes") if title not in page]
        assert not missing, f"questions of the sample without a section: {missing}"
        assert "## Where it ends" in (docs / "capacity.md").read_text(), "no capacity"
        for chart in (docs / "benchmarks").glob("*.svg"):
            xml.dom.minidom.parse(str(chart))
        (docs / "benchmarks.md").write_text(page + "by hand\n")
        assert report(docs, "--check") == 1, "a page that was changed by hand was not noticed"


if __name__ == "__main__":
    sys.exit(main())
