"""What one line of the history brings: decisions, charges, notifications, dead letters (rules.md 8)."""

from typing import Any

from . import ids
from .money import saturate

Record = dict[str, Any]


class Step:
    """The outputs of one step at the worker's clock `now`, in the order in which they are published."""

    def __init__(self, now: int, catalogue: Record):
        self.now = now
        self.catalogue = catalogue
        self.decisions: list[Record] = []
        self.charges: list[Record] = []
        self.notifications: list[Record] = []
        self.dead_letters: list[Record] = []
        self.effects: list[Record] = []
        self.cause: Record = {}  # caused_by of what is made now
        self.notices: dict[str, int] = {}  # n of notification_id, for those that name no case
        self.recovered: Record | None = None  # the last case that was short of funds and is settled now
        self.retry = False  # money came in: the cases are tried again at the end (6)

    def mark(self) -> tuple[int, ...]:
        return (len(self.decisions), len(self.charges), len(self.notifications), len(self.dead_letters),
                len(self.effects), self.retry, self.recovered is not None)

    def take_back(self, mark: tuple[int, ...]) -> None:
        """A dead letter leaves nothing else."""
        del self.decisions[mark[0]:]
        del self.charges[mark[1]:]
        del self.notifications[mark[2]:]
        del self.dead_letters[mark[3]:]
        del self.effects[mark[4]:]
        self.retry = bool(mark[5])

    def dead_letter(self, code: str, cause: Record) -> None:
        self.dead_letters.append({"code": code, "topic": cause["topic"], "partition": cause["partition"],
                                  "offset": cause["offset"]})

    def effect(self, rule: str, verdict: str, **fields: Any) -> None:
        effect = {"event_id": "", "rule": rule, "verdict": verdict, "vps_id": "", "template": "", "item_id": "",
                  "amount_micros": 0, "charge_id": "", "case_id": ""}
        effect.update(fields)
        self.effects.append(effect)

    def decide(self, origin: str, rule: str, verdict: str, **fields: Any) -> None:
        """Adds a Decision with the effects gathered so far."""
        decision = {"caused_by": self.cause, "rule": rule, "origin": origin, "verdict": verdict,
                    "event_id": self.cause["event_id"], "input": self.cause["topic"], "account_id": "", "vps_id": "",
                    "module_id": "", "template": "", "item_id": "", "amount_micros": 0, "charge_id": "",
                    "case_id": "", "catalogue_version": self.catalogue["version"], "reason": "",
                    "effects": self.effects}
        decision.update(fields)
        self.effects = []
        self.decisions.append(decision)

    def notify(self, kind: str, severity: str, rule: str, case: Record | None = None, **fields: Any) -> None:
        """8: notification_id over the case, else over the input; amounts saturate."""
        if case is not None:
            case["notices"] += 1
            subject, number = case["case_id"], case["notices"]
        else:
            subject = f'{self.cause["topic"]}/{self.cause["partition"]}/{self.cause["offset"]}'
            number = self.notices[subject] = self.notices.get(subject, 0) + 1
        notification = {"caused_by": self.cause, "decided_at": self.now, "rule": rule,
                        "notification_id": ids.notification(subject, kind, number), "kind": kind,
                        "severity": severity, "account_id": "", "vps_id": "", "module_id": "", "template": "",
                        "currency": "", "amount_micros": 0, "available_micros": 0, "deficit_micros": 0,
                        "case_id": case["case_id"] if case is not None else "", "text": ""}
        notification.update(fields)
        for name in ("amount_micros", "available_micros", "deficit_micros"):
            notification[name] = saturate(notification[name])
        self.notifications.append(notification)

    def outcome(self) -> Record:
        return {"decisions": self.decisions, "charges": self.charges, "notifications": self.notifications,
                "dead_letters": self.dead_letters}
