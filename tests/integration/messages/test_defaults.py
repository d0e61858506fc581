"""`osbill worker` without a configuration file (issue 3, Must show): only where the stack is comes from the environment,
since the usual ports of this machine may be taken."""
import json
import os
import signal

import pytest

from kit import events
from kit.stack import clean_environment, connection_settings, run_osbill
from kit.wait import wait_for
from kit.worker import Worker


@pytest.mark.skipif(os.path.exists("/etc/osbill/osbill.conf"), reason="this machine has a configuration file")
def test_worker_without_a_configuration(stack, tmp_path):
    environment = clean_environment(**connection_settings(stack)) | {"HOME": str(tmp_path)}

    def osbill(*arguments, text=""):
        done = run_osbill(stack, *arguments, environment=environment, text=text)
        assert done.returncode == 0, done
        return done.stdout

    osbill("init", "--replication-factor", "1")
    worker = Worker(stack.program, environment, tmp_path / "worker.log")
    try:
        event = {"event_id": events.event_id(), "occurred_at": events.now(), "account_id": events.event_id(),
                 "kind": "OPENED", "currency": "EUR"}
        osbill("publish", "account", text=json.dumps(event) + "\n")

        def shown():
            worker.must_run()
            done = run_osbill(stack, "account", "show", event["account_id"], "--json", environment=environment)
            return done.returncode == 0 and json.loads(done.stdout.splitlines()[0])

        account = wait_for(shown, f"osbill account show {event['account_id']}", 60, pause=0.2)
        assert "ACTIVE" in json.dumps(account), account
    finally:
        code = worker.stop(signal.SIGTERM)
    assert code == 0, f"SIGTERM: expected exit code 0, got {code}:\n{worker.log}"
    leftovers = {entry.name for entry in tmp_path.iterdir()} - {".cache", "worker.log"}
    assert not leftovers, f"a worker writes nothing but its cache; got {leftovers}"
