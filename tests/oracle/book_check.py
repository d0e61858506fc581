"""What the rule book expects of one step, against what came of it."""

import book
from book_runner import Runner, obligation
from osbill_oracle import catalogue as views


class Check:
    """What is expected of one step against its outcome; `errors` says what differs."""

    def __init__(self, runner: Runner):
        self.runner = runner
        self.errors: list[str] = []
        self.outcome = runner.outcome
        inputs = [one for one in self.outcome["decisions"] if one["origin"] == "INPUT"]
        self.decision = inputs[-1] if inputs else None
        self.other = [one for one in self.outcome["decisions"] if one["origin"] != "INPUT"]
        self.charges, self.notices = list(self.outcome["charges"]), list(self.outcome["notifications"])
        self.dead = list(self.outcome["dead_letters"])
        self.effects: list | None = None
        self.lines: list | None = None
        self.open = 0

    def same(self, what: str, got: dict, line: book.Line, names: tuple[str, ...]) -> None:
        words = {name: (book.money_of(word) if name == "amount_micros" else word)
                 for name, word in zip(names, line.words)}
        wanted = {**words, **self.runner.converted(line.fields)}
        for name, prefix in (("case_id", "k-"), ("charge_id", "c-")):
            if name in wanted:
                wanted[name] = obligation(wanted[name], prefix)
        for name, value in wanted.items():
            if got.get(name) != value:
                self.errors.append(f"{line.source}: {what} {name}: expected {value}, got {got.get(name)}")

    def expect(self, line: book.Line) -> None:
        getattr(self, "expect_" + {"=>": "decision"}.get(line.verb, line.verb.replace("-", "_")))(line)

    def take(self, records: list, line: book.Line) -> dict | None:
        if not records:
            self.errors.append(f"{line.source}: did not come")
            return None
        return records.pop(0)

    def expect_decision(self, line: book.Line) -> None:
        self.end_effects()
        if self.decision is None:
            self.errors.append(f"{line.source}: no decision")
            return
        self.same("decision", self.decision, line, ("rule", "verdict"))

    def expect_by(self, line: book.Line, origin: str) -> None:
        self.end_effects()
        got = self.take(self.other, line)
        if got is not None:
            self.same("decision", got, line, ("rule", "verdict"))
            if got["origin"] != origin:
                self.errors.append(f"{line.source}: origin {got['origin']}")

    def expect_by_timer(self, line: book.Line) -> None:
        self.expect_by(line, "TIMER")

    def expect_by_catalogue(self, line: book.Line) -> None:
        self.expect_by(line, "CATALOGUE")

    def expect_effect(self, line: book.Line) -> None:
        if self.effects is None:
            self.effects = list(self.decision["effects"]) if self.decision else []
        if line.words[0] != "none":
            got = self.take(self.effects, line)
            if got is not None:
                self.same("effect", got, line, ("rule", "verdict"))

    def end_effects(self) -> None:
        for left in self.effects or []:
            self.errors.append(f"effect nobody expects: {left['rule']} {left['verdict']} {left['amount_micros']}")
        self.effects = None

    def expect_charge(self, line: book.Line) -> None:
        self.end_lines()
        self.charge = self.take(self.charges, line)
        if self.charge is not None:
            if "id" in line.fields:
                line.fields["charge"] = line.fields.pop("id")
            self.same("charge", self.charge, line, ("amount_micros",))

    def expect_line(self, line: book.Line) -> None:
        if self.charge is None:
            return
        if self.lines is None:
            self.lines = list(self.charge["lines"])
        got = self.take(self.lines, line)
        if got is not None:
            self.same("line", got, line, ("kind", "amount_micros"))

    def end_lines(self) -> None:
        for left in self.lines or []:
            self.errors.append(f"line nobody expects: {left['kind']} {left['amount_micros']}")
        self.lines = None

    def expect_notice(self, line: book.Line) -> None:
        found = next((one for one in self.notices if one["kind"] == line.words[0]), None)
        if found is None:
            self.errors.append(f"{line.source}: did not come")
            return
        self.notices.remove(found)
        if "id" in line.fields:
            found = {**found, "event_id": found["notification_id"]}
        self.same("notice", found, line, ("kind", "severity"))

    def expect_dead(self, line: book.Line) -> None:
        got = self.take(self.dead, line)
        if got is not None and got["code"] != line.words[0]:
            self.errors.append(f"{line.source}: got {got['code']}")

    def account(self, line: book.Line) -> dict:
        return self.runner.worker.accounts.get(line.fields.get("account", "a1"), {"balance": 0, "cases": []})

    def expect_balance(self, line: book.Line) -> None:
        got, wanted = self.account(line)["balance"], book.money_of(line.words[0])
        if got != wanted:
            self.errors.append(f"{line.source}: got {got}")

    def expect_cases(self, line: book.Line) -> None:
        got, wanted = len(self.account(line)["cases"]), 0 if line.words[0] == "none" else int(line.words[0])
        if got != wanted:
            self.errors.append(f"{line.source}: got {got}")

    def expect_open(self, line: book.Line) -> None:
        cases = self.account(line)["cases"]
        if self.open >= len(cases):
            self.errors.append(f"{line.source}: no such case")
            return
        case = cases[self.open]
        self.open += 1
        self.same("case", {**case, "amount_micros": case["amount"], "charged_until": case["until"]}, line,
                  ("state", "amount_micros"))

    def yes_or_no(self, line: book.Line, got: bool) -> None:
        if got != (line.words[-1] == "yes"):
            self.errors.append(f"{line.source}: got {got}")

    def expect_linked(self, line: book.Line) -> None:
        self.yes_or_no(line, views.is_linked(self.runner.worker.catalogue, *line.words[:2]))

    def expect_orderable(self, line: book.Line) -> None:
        self.yes_or_no(line, views.is_orderable(self.runner.worker.catalogue, *line.words[:3]))

    def end(self) -> list[str]:
        self.end_effects()
        self.end_lines()
        self.errors += [f"decision nobody expects: {one['rule']} {one['verdict']}" for one in self.other]
        self.errors += [f"charge nobody expects: {one['amount_micros']}" for one in self.charges]
        self.errors += [f"notice nobody expects: {one['kind']} {one['rule']}" for one in self.notices]
        self.errors += [f"dead letter nobody expects: {one['code']}" for one in self.dead]
        return self.errors
