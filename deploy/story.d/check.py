"""What the story expects: said when it comes, and when it does not."""


class Checks:
    def __init__(self, say):
        self.say, self.passed, self.failures = say, 0, []

    def equal(self, what, expected, got):
        self._note(expected == got, f"{what}: {expected}", f"{what}: expected {expected}, got {got}")

    def true(self, what, holds, got):
        self._note(holds, what, f"expected {what}, got {got}")

    def _note(self, good, told, failure):
        if good:
            self.passed += 1
            self.say(f"       ok  {told}")
        else:
            self.failures.append(failure)
            self.say(f"    WRONG  {failure}")
