"""The worker: one line of the history after the other (rules.md 7 parked, 8 order of outputs, 9)."""

import marshal

from . import accounts, changes, installs, memory, orders, reminders, scans, validate
from .cases import retry_all, tell_recovered
from .catalogue import new_catalogue
from .due import run_due
from .model import Record, is_known, new_account, prune
from .money import DeadLetter
from .outputs import Step

MOST_PARKED = 64
DECIDE = {"account": accounts.decide_account, "order": orders.decide_order, "os-installed": installs.decide_installed}
DEFAULTS = {"order": {"module_id": "", "tariff_id": "", "template": ""}, "os-installed": {"source": "UNKNOWN"},
            "account": {"amount_micros": 0, "currency": "", "case_id": "", "note": ""}}


class Worker:
    """Decides a history. Catalogue inputs take effect at once; settings are rules.md's defaults."""

    def __init__(self) -> None:
        self.catalogue = new_catalogue()
        self.accounts: dict[str, Record] = {}
        self.memories: dict[str, Record] = {}  # of account events, beside the account: a dead letter leaves them

    def line(self, line: Record) -> Record:
        """The outcome of one line of the history."""
        step = Step(line["now"], self.catalogue)
        if line["do"] == "due":
            if line["account_id"] in self.accounts:
                self.run_due(step, line["account_id"])
        elif line["topic"] in ("template-discovered", "catalogue"):
            self.decide_lane(step, line)
        else:
            self.decide_input(step, line)
        return step.outcome()

    def run_due(self, step: Step, account_id: str) -> None:
        account = self.accounts[account_id]
        run_due(step, account)
        reminders.plan(account, step.now)

    def decide_lane(self, step: Step, line: Record) -> None:
        """Template scans and catalogue changes: no account, one total order."""
        value = line["value"]
        step.cause = cause_of(line)
        try:
            validate.check(line["topic"], value, step.now)
            decide = scans.decide_template if line["topic"] == "template-discovered" else changes.decide_change
            result = decide(step, value)
        except DeadLetter as error:
            step.dead_letter(error.code, step.cause)
            result = {"rule": error.code, "verdict": "DEAD_LETTER"}
        step.decide("INPUT", **result)

    def decide_input(self, step: Step, line: Record) -> None:
        """8: the input's own outputs, then parked events, cases, last FUNDS_RECOVERED: one Decision."""
        value = {**DEFAULTS[line["topic"]], **line["value"]}
        account_id = value["account_id"]
        if account_id in self.accounts:  # 9: before an account's input, what is due for it is decided
            self.run_due(step, account_id)
        event = {"topic": line["topic"], "value": value, "cause": cause_of(line), "parked_at": step.now}
        result = self.decide_event(step, account_id, event)
        account = self.accounts.get(account_id)
        if account is not None:
            if result["verdict"] == "PARKED":
                account["parked"].append(event)
            elif result["rule"] == "account.opened" or releases(event, result):
                self.release(step, account_id)
            account = self.accounts[account_id]
            step.cause = cause_of(line)
            if step.retry:
                retry_all(step, account)
            tell_recovered(step, account)
            reminders.plan(account, step.now)
        fields = {"account_id": account_id, "vps_id": value.get("vps_id", ""),
                  "module_id": value.get("module_id", ""), "template": value.get("template", "")}
        step.decide("INPUT", **{**fields, **result})

    def decide_event(self, step: Step, account_id: str, event: Record, released: bool = False) -> Record:
        """The outcome of one event alone. A dead letter leaves its account as it was."""
        topic, value = event["topic"], event["value"]
        known = account_id in self.accounts
        before = marshal.dumps(self.accounts[account_id]) if known else b""
        mark = step.mark()
        step.cause = event["cause"]
        try:
            if not released:
                validate.check(topic, value, step.now)
            account = self.accounts.setdefault(account_id, new_account(account_id))
            result = self.decide_new(step, account, event)
        except DeadLetter as error:
            if known:
                self.accounts[account_id] = marshal.loads(before)
            else:
                self.accounts.pop(account_id, None)
            step.take_back(mark)
            step.dead_letter(error.code, event["cause"])
            return {"rule": error.code, "verdict": "DEAD_LETTER"}
        return result

    def decide_new(self, step: Step, account: Record, event: Record) -> Record:
        """duplicate, conflict, account unknown, then by topic."""
        topic, value = event["topic"], event["value"]
        area = memory.AREA[topic]
        ids = self.memories.setdefault(account["account_id"], memory.new_memory())
        seen = memory.seen_before(account, ids, topic, value, step.now)
        if seen == "CONFLICT":
            return conflict(step, account, event, f"{area}.conflict")
        if seen == "DUPLICATE":
            return {"rule": f"{area}.duplicate", "verdict": "DUPLICATE"}
        if account["status"] == "UNKNOWN" and topic != "account":
            result = {"rule": f"{area}.account-unknown", "verdict": "PARKED"}
        else:
            if value.get("vps_id") in account["vps"]:
                prune(account["vps"][value["vps_id"]], step.now)
            result = DECIDE[topic](step, account, value)
        if result["verdict"] == "PARKED":
            if len(account["parked"]) >= MOST_PARKED:
                raise DeadLetter("parked.overflow")
        elif result["verdict"] == "CONFLICT":
            return conflict(step, account, event, result["rule"])
        else:
            memory.remember(account, ids, topic, value, result, step.now)
        return result

    def release(self, step: Step, account_id: str) -> None:
        """7: in arrival order, again and again until nothing more is released; each is decided alone."""
        while True:
            account = self.accounts[account_id]
            event = next((parked for parked in account["parked"] if can_be_decided(account, parked)), None)
            if event is None:
                return
            account["parked"] = [parked for parked in account["parked"] if parked is not event]
            outer, step.effects = step.effects, []
            result = self.decide_event(step, account_id, event, released=True)
            inner, step.effects = step.effects, outer
            step.effect(**{"event_id": event["value"]["event_id"], "vps_id": event["value"].get("vps_id", ""),
                           "template": event["value"].get("template", ""), **effect_fields(result)})
            step.effects.extend(inner)

    def state(self) -> Record:
        """The line after the last one: how the accounts stand."""
        return {"accounts": {account_id: {
            "balance_micros": account["balance"], "credit_limit_micros": account["limit"],
            "status": account["status"],
            "cases": [{"case_id": case["case_id"], "amount_micros": case["amount"], "vps_id": case["vps_id"]}
                      for case in account["cases"]]}
            for account_id, account in self.accounts.items() if account["status"] != "UNKNOWN"}}


def cause_of(line: Record) -> Record:
    return {"event_id": line["value"]["event_id"], "topic": line["topic"], "partition": line["partition"],
            "offset": line["offset"]}


def effect_fields(result: Record) -> Record:
    return {name: value for name, value in result.items() if name not in ("module_id", "account_id")}


def conflict(step: Step, account: Record, event: Record, rule: str) -> Record:
    """The same id or business key with other content: CONFLICT, told, and a dead letter."""
    value = event["value"]
    step.notify("CONFLICT", "CRITICAL", rule, account_id=account["account_id"], vps_id=value.get("vps_id", ""),
                module_id=value.get("module_id", ""), template=value.get("template", ""),
                currency=account["currency"])
    step.dead_letter(rule, event["cause"])
    return {"rule": rule, "verdict": "CONFLICT"}


def releases(event: Record, result: Record) -> bool:
    """A PLACED that is not rejected makes its VPS known."""
    return event["topic"] == "order" and event["value"]["kind"] == "PLACED" \
        and result["verdict"] in ("CHARGED", "FREE", "HELD", "INSUFFICIENT_FUNDS")


def can_be_decided(account: Record, event: Record) -> bool:
    """Whether a parked event would not be parked again."""
    if event["topic"] == "account" or account["status"] == "CLOSED":
        return True
    if event["topic"] == "order" and event["value"]["kind"] == "PLACED":
        return True
    return is_known(account, event["value"]["vps_id"])
