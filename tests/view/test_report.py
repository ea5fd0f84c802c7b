"""``downtick report``: a page that needs nothing beside it, pictures and tables beside it, and what is refused."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.scenario.run import run
from sim.view.figures import FIGURES
from tests.worlds.pocket import pocket


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "run"
    run(pocket({"run.duration": "90 s"}), 4, out=path)
    return path


def asked(*words: object) -> Result:
    return CliRunner().invoke(main, ["report", *map(str, words)])


def test_a_page_holds_its_pictures_and_says_what_it_is_of(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.view.report.DOTS", 40)
    told = asked(folder, "-o", tmp_path / "page.html", "--format", "csv")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    beside = tmp_path / "page_figures"

    assert told.exit_code == 0, told.output
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in beside.glob("*.png"))
    pictures = re.findall(r'<img alt="([^"]+)" src="data:image/png;base64,', page)
    assert len(pictures) == len(FIGURES) == len(list(beside.glob("*.png")))
    assert all(len(alt) > 10 for alt in pictures)
    assert not re.search(r"<script|src=\"(?!data:)|https?://|href=\"(?!#)", page)
    assert "Simulated: " in page
    assert re.search(r"[0-9a-f]{64}", page)
    assert f"{len(list(beside.glob('*.csv')))} tables" in told.output
    assert (beside / "price_lines.csv").read_text(encoding="utf-8").startswith("asset,line,kind,unit,at_ns")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "page_figures"]


def test_unless_told_the_page_is_in_the_runs_folder_and_the_same_run_gives_the_same(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.view.report.FIGURES", FIGURES[:1])
    asked(folder, "--quiet")
    asked(folder, "-o", tmp_path / "report.html", "--figures", tmp_path / "f")

    written, again = folder / "report.html", tmp_path / "report.html"
    assert written.read_text(encoding="utf-8").replace("report_figures", "f") == again.read_text(encoding="utf-8")
    assert (folder / "report_figures" / "price_lines.parquet").is_file()


def test_what_the_disk_refuses_leaves_the_old_page(folder, tmp_path, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.view.report.write_tables", full)
    monkeypatch.setattr("sim.view.report.FIGURES", FIGURES[:1])
    told = asked(folder, "-o", page)

    assert told.exit_code == 2
    assert "No space left on device; free some space" in told.output
    assert page.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_without_the_extra_it_says_how_to_get_it(folder, monkeypatch):
    for name in [
        name for name in sys.modules if name.startswith(("sim.view.extra", "sim.view.canvas", "sim.view.report", "sim.view.figures"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    told = asked(folder)

    assert told.exit_code == 2
    assert "pip install 'downtick[plot]'" in told.output


def test_places_that_will_not_do_are_refused(folder, tmp_path):
    (tmp_path / "taken_figures").write_text("", encoding="utf-8")
    cases = {
        "downtick run": [tmp_path],
        "give the name of a file": [folder, "-o", tmp_path],
        "give another with --figures": [folder, "-o", tmp_path / "taken.html"],
    }

    for remedy, words in cases.items():
        told = asked(*words)
        assert (told.exit_code, remedy in told.output) == (2, True), told.output


def test_a_tape_that_was_not_kept_in_full_is_refused(tmp_path):
    run(pocket({"run.duration": "20 s"}), 4, out=tmp_path / "run", tape="trades")

    told = asked(tmp_path / "run")

    assert told.exit_code == 2
    assert "run again with --tape full" in told.output
    assert not Path(tmp_path / "run" / "report.html").exists()


def test_a_run_that_was_killed_is_drawn_as_far_as_it_goes_and_says_so(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.view.report.FIGURES", FIGURES[:1])
    killed = tmp_path / "killed"
    shutil.copytree(folder, killed)
    (killed / "summary.json").unlink()
    manifest = json.loads((killed / "run.json").read_text(encoding="utf-8"))
    (killed / "run.json").write_text(json.dumps(manifest | {"status": "running", "digest": None}), encoding="utf-8")

    told = asked(killed)
    page = (killed / "report.html").read_text(encoding="utf-8")

    assert told.exit_code == 0, told.output
    assert "This run did not finish" in page
    assert "not known: the run did not end" in page
    assert re.search(r"<td>liquidations</td><td>\d", page), "figures are worked out where no summary was left"
