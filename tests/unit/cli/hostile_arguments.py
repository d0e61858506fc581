"""Control characters, text that turns around, and bytes that are no UTF-8, in arguments, variables and files: messages
never show them: hostile_arguments.py PROGRAM"""
import os
import pathlib
import subprocess
import sys
import tempfile

SEQUENCES = [b"\x1b[31mred", b"\x1b]0;title\x07", b"a\nosbill: forged", b"a\r", b"\x9b31m", b"\xff\xfe", b"del\x7f",
             "\u202egpj.exe".encode(), "\u2066\u2069".encode(), "\u2028".encode(), "\ufeff".encode(), "\u0085".encode(),
             "\u200b".encode(), "\U000e0041".encode()]
HIDDEN = {*range(32), *range(0x7F, 0xA0), 0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070),
          0xFEFF, *range(0xE0000, 0xE0080)} - {10}


def invocations(text, folder):
    """(arguments, variables), none of which needs a server."""
    name = folder / "name"
    name.write_bytes(b"threads = " + text + b"\n" + text + b" = 1\nkafka." + text + b" = 1\n")
    value = folder / "value"
    value.write_bytes(b"kafka.client.rack = \"" + text.replace(b"\n", b"") + b"\"\n")
    catalogue = folder / "catalogue.yaml"
    catalogue.write_bytes(b"modules:\n  \"" + text + b"\":\n    " + text + b": \"" + text + b"\"\n")
    yield [text], {}
    yield [b"worker", b"--" + text], {}
    yield [b"worker", b"--threads=" + text], {}
    yield [b"watch", text], {}
    yield [b"publish", text], {}
    yield [b"publish", b"order", text], {}
    yield [b"config", b"check", b"--config=" + bytes(folder) + b"/" + text], {}
    yield [b"config", b"check", b"--config=" + bytes(name)], {}
    yield [b"config", b"check", b"--config=" + bytes(value)], {}
    yield [b"config", b"check"], {b"OSBILL_THREADS": text, b"OSBILL_KAFKA_CLIENT_RACK": text, b"OSBILL_" + text: b"1"}
    yield [b"config", b"check"], {b"OSBILL_KAFKA_CLIENT_RACK": text}
    yield [b"config", b"check", b"--json"], {b"OSBILL_KAFKA_CLIENT_RACK": text}
    yield [b"config", b"check"], {b"OSBILL_REDIS_URL": b"redis://" + text, b"OSBILL_REDIS_PASSWORD_FILE": text}
    yield [b"catalogue", b"plan", bytes(catalogue)], {}
    yield [b"catalogue", b"plan", text], {}
    yield [b"help", text], {}


def main(program):
    base = {name: value for name, value in os.environb.items() if not name.startswith(b"OSBILL_")}
    count = 0
    for text in SEQUENCES:
        with tempfile.TemporaryDirectory() as folder:
            for arguments, variables in invocations(text, pathlib.Path(folder)):
                done = subprocess.run([program, *arguments], env=base | variables, stdin=subprocess.DEVNULL,
                                      capture_output=True, timeout=30, check=False)
                said = done.stdout + done.stderr
                try:
                    shown = sorted({hex(ord(character)) for character in said.decode() if ord(character) in HIDDEN})
                except UnicodeDecodeError as problem:
                    shown = [str(problem)]
                if done.returncode < 0 or shown or b"\nosbill: forged" in said:
                    sys.exit(f"{arguments} {variables}: exit code {done.returncode}, shown {shown}: {said!r}")
                count += 1
    print(f"{count} invocations")


if __name__ == "__main__":
    main(sys.argv[1])
