"""The wheel: what is in it, and that it opens, trains and finds its own when it is installed elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.terminal.emulator import Terminal

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an empty environment with the wheel in it, and this one's heavy packages behind it."""
    place = tmp_path_factory.mktemp("elsewhere")
    venv.create(place, symlinks=True)
    paths = {"base": str(place), "platbase": str(place)}
    packages = Path(sysconfig.get_path("purelib", "venv", paths))
    # Only the folder is added, not what its own .pth files say: regtui itself can come from the wheel alone.
    (packages / "heavy.pth").write_text(sysconfig.get_path("purelib") + "\n")
    programs = Path(sysconfig.get_path("scripts", "venv", paths))
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-index", str(wheel)], check=True, capture_output=True)
    return programs


def own_environment(folder: Path) -> dict[str, str]:
    names = {"XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache"}
    return {**os.environ, **{name: str(folder / part) for name, part in names.items()}, "PYTHONPATH": ""}


def test_the_wheel_holds_the_packages_presets_data_and_licences_and_nothing_else(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    tracked = {str(path.relative_to(ROOT)) for package in ("trainer", "tui") for path in (ROOT / package).rglob("*.py")}
    data = {str(path.relative_to(ROOT)) for path in (ROOT / "trainer/data/mnist").iterdir()}
    presets = {f"trainer/shipped_presets/{path.name}" for path in (ROOT / "presets").glob("*.json")}
    assert len(data) == 5 and len(presets) >= 16
    about = {name for name in names if name.partition("/")[0].endswith(".dist-info")}
    assert names - about == tracked | data | presets | {"tui/app.tcss", "trainer/py.typed", "tui/py.typed"}
    assert {"LICENSE", "trainer/data/mnist/LICENSE"} == {n.split("/licenses/")[1] for n in about if "/licenses/" in n}


def test_installed_elsewhere_it_checks_its_presets_and_trains_on_its_data(installed: Path, tmp_path: Path) -> None:
    def regtui(*words: str) -> str:
        command = [str(installed / "regtui"), *words]
        done = subprocess.run(
            command, cwd=tmp_path, env=own_environment(tmp_path), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = "import trainer, tui; print(trainer.__file__, tui.__file__)"
    command = [str(installed / "python"), "-c", where]
    found = subprocess.run(
        command, cwd=tmp_path, env=own_environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert all(str(installed.parent) in path for path in found.stdout.split())
    assert {path.stem for path in (ROOT / "presets").glob("*.json")} == {
        line.split()[0] for line in regtui("presets").splitlines()
    }
    few = ["--set", "epochs=1", "--set", "data.train_size=200", "--set", "data.validation=200"]
    assert "completed" in regtui("run", "baseline", *few, "--device", "cpu", "--threads", "1")


def test_installed_elsewhere_it_opens(installed: Path, tmp_path: Path) -> None:
    terminal = Terminal([str(installed / "regtui")], (100, 30), own_environment(tmp_path), tmp_path)
    try:
        terminal.until(lambda: "accuracy" in terminal.text())
        terminal.send("q")
        terminal.until(lambda: terminal.process.poll() is not None)
        assert terminal.process.returncode == 0
    finally:
        terminal.close()
