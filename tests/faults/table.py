"""The table of scenarios: each module adds its own with @scenario."""
import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    row: str  # of the table of faults in README.md
    observable: str
    run: typing.Callable
    brokers: int = 1
    proxied: bool = False  # with field.proxy before the brokers
    proof: bool = True  # ends with Field.conclude; False: the scenario leaves an installation that cannot go on
    failing: str = ""  # why it fails now: a defect that is known
    field: dict = dataclasses.field(default_factory=dict)  # arguments of Field


SCENARIOS: dict[str, Scenario] = {}


def scenario(name, row, observable, *, brokers=1, proxied=False, proof=True, failing="", **field):
    """The function takes a Field, brings the fault about and says what was observed."""
    def add(run):
        assert name not in SCENARIOS, name
        SCENARIOS[name] = Scenario(name, row, observable, run, brokers, proxied, proof, failing, field)
        return run
    return add
