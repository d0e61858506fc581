"""The architecture check finds each kind of violation, and nothing in a tree that keeps to the rules."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("architecture")


def check(files, core_source=None):
    """the check's output on a tree with these files; core_source is compiled into libosbill_core.a"""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        command = [sys.executable, CHECK, "--root", root]
        if core_source is not None:
            (root / "core").mkdir(exist_ok=True)
            (root / "core/x.c").write_text(core_source)
            subprocess.run(["gcc", "-c", root / "core/x.c", "-o", root / "x.o"], check=True)
            subprocess.run(["ar", "rc", root / "core/libosbill_core.a", root / "x.o"], check=True)
            command.append(root)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stderr == "", done.stderr
        return done.returncode, done.stdout


class Architecture(unittest.TestCase):
    def test_clean_tree_passes(self):
        self.assertEqual(check({
            "core/money.c": '#include "core/money.h"\n#include <string.h>\n',
            "core/money.h": '#include <stdint.h>\n#include "records.h"\n',
            "worker/engine/batch.c": '#include "core/money.h"\n#include "worker/engine/ports/log.h"\n#include <pthread.h>\n',
            "worker/kafka/log.c": '#include <librdkafka/rdkafka.h>\n#include "worker/engine/ports/log.h"\n// strcpy(a, b)\n',
            "worker/cli/main.c": '#include "worker/kafka/log.h"\n#include "worker/cli/dlq/dlq.h"\nconst char *text = "atoi(1)";\n',
            "worker/cli/dlq/a.c": '#include "worker/cli/dlq/dlq.h"\n#include "worker/cli/common/print.h"\n',
        }, 'static const char *const names[] = {"a"};\nconst char *name(int i) { return names[i]; }\n')[0], 0)

    def assert_found(self, path, text, expected):
        code, output = check({path: text})
        self.assertEqual(code, 1)
        self.assertIn(f"{path}:1: ", output)
        self.assertIn(expected, output)

    def test_includes(self):
        for path, header, expected in (
            ("core/a.c", "<stdio.h>", "core uses only"),
            ("core/a.c", "<time.h>", "core uses only"),
            ("core/a.c", '"worker/engine/batch.h"', "core includes only"),
            ("worker/engine/a.c", "<librdkafka/rdkafka.h>", "the engine knows no library"),
            ("worker/engine/ports/a.h", '"worker/redis/store.h"', "the engine includes only"),
            ("worker/kafka/a.c", '"worker/redis/store.h"', "adapters do not know each other"),
            ("worker/redis/a.c", '"worker/engine/batch.h"', "the engine's ports only"),
            ("worker/http/a.c", '"worker/cli/options.h"', "nothing above them"),
            ("worker/cli/common/a.c", '"worker/cli/cluster/context.h"', "may use only common of the command line"),
            ("worker/cli/dlq/a.c", '"worker/cli/explain/explain.h"', "may use only account, catalogue, catalogue_file, c"),
            ("worker/cli/dlq/a.c", '"worker/cli/commands.h"', "worker/cli/dlq may use only"),
            ("worker/cli/new/a.c", '"worker/cli/common/print.h"', "worker/cli/new has no layer"),
            ("worker/cli/a.c", "<hiredis/hiredis.h>", "only place is worker/redis"),
            ("worker/cli/a.c", "<hiredis.h>", "only place is worker/redis"),
            ("worker/cli/a.c", "<curl/curl.h>", "only place is worker/http"),
            ("worker/cli/a.c", "<avro.h>", "only place is worker/avro"),
        ):
            with self.subTest(path=path, header=header):
                self.assert_found(path, f"#include {header}\n", expected)

    def test_third_party_header_has_one_folder(self):
        code, output = check({"worker/admin/a.c": "#include <yaml.h>\n", "worker/cli/b.c": "#include <yaml.h>\n"})
        self.assertEqual(code, 1)
        self.assertIn("worker/cli/b.c:1: yaml.h: this library's only place is worker/admin", output)

    def test_banned_calls(self):
        for call in ("strcpy", "strcat", "sprintf", "vsprintf", "atoi", "atol", "atof", "gets", "strtok"):
            with self.subTest(call=call):
                self.assert_found("worker/cli/a.c", f"int x = {call}(a);\n", f"{call} is banned")

    def test_rules_come_from_the_tables(self):
        chosen = "int rule = RULE_OS_FREE;\n"
        self.assert_found("core/install.c", chosen, "RULE_OS_FREE: only core/*_tables.c choose rules")
        self.assert_found("worker/engine/judge.c", chosen, "RULE_OS_FREE")
        self.assertEqual(check({"core/install_tables.c": chosen, "core/order.c": "case RULE_OS_FREE: x != RULE_NONE;\n"})[0], 0)

    def test_long_file(self):
        self.assertIn("401 lines", check({"core/a.c": "\n" * 401})[1])

    def test_core_symbols(self):
        for source, expected in (
            ("#include <stdlib.h>\nvoid *f(void) { return malloc(1); }\n", "malloc: core may not call this"),
            ("#include <time.h>\nlong f(void) { return time(0); }\n", "time: core may not call this"),
            ("static int count;\nint f(void) { return ++count; }\n", "count: core has no variables"),
            ("int count = 1;\n", "count: core has no variables"),
        ):
            with self.subTest(source=source):
                code, output = check({}, source)
                self.assertEqual(code, 1)
                self.assertIn(expected, output)


if __name__ == "__main__":
    unittest.main()
