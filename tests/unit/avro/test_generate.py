"""What the generator refuses, and that it says why."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

GENERATOR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "schemas", "generate.py")


def record(name, *fields):
    return {"type": "record", "namespace": "t", "name": name,
            "fields": [dict({"name": f, "type": t}, **(rest[0] if rest else {})) for f, t, *rest in fields]}


class Generate(unittest.TestCase):
    def run_generator(self, *schemas):
        with tempfile.TemporaryDirectory() as directory:
            files = []
            for number, schema in enumerate(schemas):
                files.append(os.path.join(directory, "%d.avsc" % number))
                with open(files[-1], "w", encoding="utf-8") as file:
                    json.dump(schema, file)
            run = subprocess.run([sys.executable, GENERATOR, os.path.join(directory, "out")] + files,
                                 capture_output=True, text=True, check=False)
            header = ""
            if run.returncode == 0:
                with open(os.path.join(directory, "out.h"), encoding="utf-8") as file:
                    header = file.read()
            return run.stderr, header

    def refuses(self, reason, *schemas):
        self.assertIn(reason, self.run_generator(*schemas)[0])

    def test_one_name_with_two_definitions(self):
        small = {"type": "enum", "name": "Size", "symbols": ["SMALL"]}
        large = {"type": "enum", "name": "Size", "symbols": ["LARGE"]}
        self.refuses("t.Size is defined twice, differently", record("A", ("x", small)), record("B", ("x", large)))

    def test_a_default_is_part_of_the_definition(self):
        plain = record("Inner", ("x", "int"))
        defaulted = record("Inner", ("x", "int", {"default": 0}))
        self.refuses("t.Inner is defined twice, differently", record("A", ("x", plain)), record("B", ("x", defaulted)))

    def test_a_union_is_too(self):
        one, other = (record("Inner", ("x", [record("P%d" % n)])) for n in (1, 2))
        self.refuses("two types are struct inner_x in C", record("A", ("x", one)), record("B", ("x", other)))

    def test_two_names_that_are_one_in_c(self):
        inner = record("Foo", ("x", "int"))
        self.refuses("two types are struct foo_array in C",
                     record("A", ("x", {"type": "array", "items": inner}), ("y", record("FooArray", ("x", "int")))))

    def test_documentation_is_not(self):
        plain, documented = record("Inner", ("x", "int")), dict(record("Inner", ("x", "int")), doc="text")
        error, header = self.run_generator(record("A", ("x", plain)), record("B", ("x", documented)))
        self.assertEqual(error, "")
        self.assertEqual(header.count("struct inner {"), 1)

    def test_a_record_within_itself(self):
        self.refuses("contains itself", record("A", ("x", {"type": "array", "items": "A"})))

    def test_unsupported_types(self):
        for schema in ("float", "double", "null", "unheard", {"type": "map", "values": "string"}):
            self.refuses("unsupported", record("A", ("x", schema)))
        self.refuses("is not supported", record("A", ("x", {"type": "array", "items": "boolean"})))
        self.refuses("a union is", record("A", ("x", ["string", "int"])))
        self.refuses("a union is", record("A", ("x", ["int", "null"])))

    def test_bad_defaults(self):
        self.refuses("not supported for array", record("A", ("x", {"type": "array", "items": "int"}, {"default": [1]})))
        self.refuses("'RED' is not in list", record("A", ("x", {"type": "enum", "name": "E", "symbols": ["B"]},
                                                          {"default": "RED"})))

    def test_a_file_after_its_use(self):
        inner = record("Inner", ("x", "int"))
        self.refuses("list it first", record("A", ("x", inner)), inner)

    def test_a_file_is_a_record(self):
        self.refuses("one record with a namespace", {"type": "enum", "name": "E", "symbols": ["A"]})

    def test_keywords(self):
        self.assertIn("int32_t switch_;", self.run_generator(record("Case", ("switch", "int")))[1])


if __name__ == "__main__":
    unittest.main()
