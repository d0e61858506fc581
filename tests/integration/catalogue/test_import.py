"""BILLmanager's price export becomes the catalogue, and the catalogue the file that was imported."""
import pathlib

from kit.stack import REPOSITORY

SAMPLES = pathlib.Path(REPOSITORY) / "tests/unit/cli"


def test_round_trip(bare, run, tmp_path):
    """import, lint, apply on workers, export: byte for byte what was imported; a plan of it finds nothing to do."""
    file = tmp_path / "catalogue.yaml"
    run("catalogue", "import", SAMPLES / "pricelist.json", "--module", "vm-ams", "--output", file)
    assert file.read_text() == (SAMPLES / "pricelist.yaml").read_text()
    assert run("catalogue", "lint", file) == ""
    assert "applied" in run("catalogue", "apply", file)
    assert run("catalogue", "export") == file.read_text()
    assert run("catalogue", "plan", file).startswith("no changes")


def test_mistakes_name_their_path(bare, run, tmp_path):
    """Nothing is written, and the exit code says that the file is wrong."""
    export, file = tmp_path / "export.json", tmp_path / "catalogue.yaml"
    export.write_text((SAMPLES / "pricelist.json").read_text().replace('"52.9200"', '"52,92"'))
    done = bare.osbill("catalogue", "import", str(export), "--output", str(file))
    assert done.returncode == 2, done
    assert "$.doc.pricelist[0].price.period[3].cost: must be an amount such as 12.50" in done.stderr
    assert not file.exists()
    run("catalogue", "import", "-", text="{", code=2)
