"""Random writers' schemas and values, resolved to our records by the codec and by fastavro: both read the same.

    against_fastavro.py RESOLVE [--seed N] [--cases N]

A writer's schema is a reader's schema after random changes that the specification allows: fields in another order, left
out, added, promoted; symbols and branches in another order, left out, added; types in unions or out of them.
"""
import argparse
import copy
import io
import json
import random
import subprocess
import sys

import fastavro

NAMED = ("record", "enum", "fixed")
SIMPLE = ("boolean", "int", "long", "float", "double", "string", "bytes")


def link(part, known):
    """The schema as a tree: names replaced by the one definition that they mean, logical types and docs left out."""
    if isinstance(part, list):
        return [link(item, known) for item in part]
    if isinstance(part, str):
        return known.get(part.split(".")[-1], part)
    if isinstance(part["type"], (dict, list)) or part["type"] not in NAMED + ("array", "map"):
        return link(part["type"], known)
    node = {key: value for key, value in part.items() if key not in ("doc", "logicalType", "namespace")}
    if node["type"] in NAMED:
        known[node["name"]] = node
    for key in ("items", "values"):
        if key in node:
            node[key] = link(node[key], known)
    if "fields" in node:
        node["fields"] = [field | {"type": link(field["type"], known)} for field in node["fields"]]
    return node


def unlink(node, written):
    """The tree as JSON: the first place of a named type defines it."""
    if isinstance(node, list):
        return [unlink(item, written) for item in node]
    if isinstance(node, str):
        return node
    if node.get("name") in written:
        return node["name"]
    written.add(node.get("name", ""))
    plain = {key: value for key, value in node.items() if key not in ("fields", "items", "values")}
    for key in ("items", "values"):
        if key in node:
            plain[key] = unlink(node[key], written)
    if "fields" in node:
        plain["fields"] = [{key: value for key, value in field.items() if key in ("name", "default")}
                           | {"type": unlink(field["type"], written)} for field in node["fields"]]
    return plain


class Writer:
    """Changes a tree in place, and makes values for it."""

    def __init__(self, chance):
        self.chance, self.changed, self.numbers = chance, set(), 0

    def new_type(self, depth=0):
        self.numbers += 1
        name = f"New{self.numbers}"
        kind = self.chance.choice(SIMPLE + ("array", "map", "union", "record", "enum", "fixed") * (depth < 2))
        inner = self.new_type(depth + 1) if kind in ("array", "map", "union", "record") else None
        return {"array": lambda: {"type": "array", "items": inner}, "map": lambda: {"type": "map", "values": inner},
                "union": lambda: ["null", inner] if not isinstance(inner, list) else inner,
                "record": lambda: {"type": "record", "name": name, "fields": [{"name": "a", "type": inner}]},
                "enum": lambda: {"type": "enum", "name": name, "symbols": ["X", "Y"]},
                "fixed": lambda: {"type": "fixed", "name": name, "size": 3}}.get(kind, lambda: kind)()

    def change(self, node):
        """The writer's type in place of this one of the reader."""
        if isinstance(node, list):
            return self.change_union(node)
        if isinstance(node, str):
            node = {"long": self.chance.choice(["long", "int"]), "string": self.chance.choice(["string", "bytes"]),
                    "bytes": self.chance.choice(["bytes", "string"])}.get(node, node)
        elif id(node) not in self.changed:
            self.changed.add(id(node))
            {"record": self.change_record, "enum": self.change_enum, "array": self.change_array}.get(
                node["type"], lambda _: None)(node)
        return [node] if self.chance.random() < 0.1 else node

    def change_union(self, branches):
        if branches[0] == "null" and self.chance.random() < 0.3:
            return self.change(branches[1])
        changed = [branch if branch == "null" else self.change(branch) for branch in branches]
        changed = [branch[0] if isinstance(branch, list) else branch for branch in changed]
        self.chance.shuffle(changed)
        return changed

    def change_array(self, node):
        node["items"] = self.change(node["items"])

    def change_enum(self, node):
        keep = [symbol for symbol in node["symbols"] if self.chance.random() < 0.8] or node["symbols"][:1]
        self.chance.shuffle(keep)
        node["symbols"] = keep + ["ELSE"] * ("default" in node)
        node.pop("default", None)

    def change_record(self, node):
        fields = [field for field in node["fields"] if "default" not in field or self.chance.random() < 0.8]
        fields = [field | {"type": self.change(field["type"])} for field in fields]
        for field in fields:
            field.pop("default", None)
        fields += [{"name": f"new_{number}", "type": self.new_type()} for number in range(self.chance.randrange(3))]
        self.chance.shuffle(fields)
        node["fields"] = fields

    def value(self, node):
        chance = self.chance
        if isinstance(node, list):
            branch = chance.choice(node)
            value = self.value(branch)
            return (branch["name"], value) if isinstance(branch, dict) and branch["type"] == "record" else value
        kind = node if isinstance(node, str) else node["type"]
        text = "".join(chance.choice("ab \u00e9\u20ac\U0001F600\0") for _ in range(chance.randrange(6)))
        return {"null": lambda: None, "boolean": lambda: chance.random() < 0.5, "string": lambda: text,
                "int": lambda: chance.choice([0, -1, 63, 64, 2**31 - 1, -2**31, chance.randrange(10**6)]),
                "long": lambda: chance.choice([0, -1, 2**63 - 1, -2**63, chance.randrange(10**12)]),
                "float": lambda: 0.5, "double": lambda: -1e9, "bytes": text.encode,
                "fixed": lambda: chance.randbytes(node["size"]), "enum": lambda: chance.choice(node["symbols"]),
                "array": lambda: [self.value(node["items"]) for _ in range(chance.randrange(4))],
                "map": lambda: {str(n): self.value(node["values"]) for n in range(chance.randrange(3))},
                "record": lambda: {field["name"]: self.value(field["type"]) for field in node["fields"]}}[kind]()


def as_ours(node, value, written):
    """fastavro's value of a reader's type as worker/avro/json.h writes it. A default comes as it stands in the schema, and
    which branch of a union it is fastavro does not say: that was `written`."""
    branch, written = written if isinstance(written, tuple) else (None, written)
    if isinstance(node, list):
        if node[0] == "null":
            return None if value is None else as_ours(node[1], value, written)
        found = next(item for item in node if branch in (None, item["name"]))
        return {found["name"]: as_ours(found, value, written)}
    if isinstance(node, str) or node["type"] in ("enum", "fixed"):
        return value.decode("latin-1") if isinstance(value, bytes) else value
    if node["type"] == "array":
        return [as_ours(node["items"], item, written[i] if written else None) for i, item in enumerate(value)]
    return {field["name"]: as_ours(field["type"], value.get(field["name"], field.get("default")),
                                   (written or {}).get(field["name"])) for field in node["fields"]}


def make_case(reader_json, chance):
    """(question for the codec, what fastavro makes of it)"""
    reader = link(reader_json, {})
    writer = Writer(chance)
    tree = copy.deepcopy(reader)
    writer.change_record(tree)
    written = unlink(tree, set())
    out = io.BytesIO()
    content = writer.value(tree)
    fastavro.schemaless_writer(out, fastavro.parse_schema(copy.deepcopy(written)), content)
    question = {"type": reader["name"], "schema": json.dumps(written), "value": out.getvalue().hex()}
    try:
        value = fastavro.schemaless_reader(io.BytesIO(out.getvalue()), fastavro.parse_schema(written),
                                           fastavro.parse_schema(unlink(reader, set())))
    except (fastavro.read.SchemaResolutionError, ValueError, KeyError) as problem:
        return question, {"error": repr(problem)}
    return question, as_ours(reader, value, content)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("resolve")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=2000)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    types = subprocess.run([options.resolve, "types"], capture_output=True, text=True, check=True)
    schemas = [json.loads(line) for line in types.stdout.splitlines()]
    cases = [make_case(chance.choice(schemas), chance) for _ in range(options.cases)]
    asked = "".join(json.dumps(question) + "\n" for question, _ in cases)
    done = subprocess.run([options.resolve], input=asked, capture_output=True, text=True, check=True, timeout=300)
    read = 0
    for (question, expected), line in zip(cases, done.stdout.split("\n")[:-1], strict=True):
        got = json.loads(line)
        if "error" in expected:  # fastavro refuses more: types named on one side and written out on the other
            continue
        if got != expected:
            sys.exit(f"{question['type']}, written with {question['schema']}\nvalue {question['value']}\n"
                     f"expected {json.dumps(expected)}\ngot      {json.dumps(got)}")
        read += 1
    print(f"{read} of {options.cases} read the same, the rest refused by fastavro")
    if read < options.cases // 2:
        sys.exit("too few were read: the cases test nothing")


if __name__ == "__main__":
    main()
