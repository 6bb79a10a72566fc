"""Pieces of a study worked on by several processes: the same results, errors and an end in time."""

from __future__ import annotations

import math
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from heatreach.data import TableError
from heatreach.network.errors import ContradictionError, OsmFileError, StreetError
from heatreach.siting import FetchError, InputError, Problem, UnknownIdError, WorkerError, plan
from heatreach.siting import workers as crews
from heatreach.siting.cli import app
from heatreach.siting.workers import Crew, crew_of, refuse_no_workers
from heatreach.thermo.errors import PhysicsRangeError, RefrigerantError

if TYPE_CHECKING:
    from pathlib import Path

PROBLEM = Problem(file="sites.csv", where="row 2", what="no load", advice="give it_load_kw")
UNGUARDED = """
import operator, os
from heatreach.siting.workers import crew_of

print("started")
with crew_of(2, float, 3) as crew:
    print(crew.each(operator.add, [1, 2, 3], names="abc"))
"""
"""A script that starts processes without `if __name__ == "__main__"`."""
HELD = """
import operator, sys, time
from heatreach.siting.workers import crew_of

with crew_of(2, float, 0) as crew:
    crew.each(operator.add, [1, 2], names="ab")
    print("ready", flush=True)
    crew.pool.submit(time.sleep, 60)
    crew.pool.submit(time.sleep, 60)
    time.sleep(60)
"""
"""A run that would take a minute, whoever stops it."""


@pytest.fixture(scope="module")
def crew() -> Any:
    """Two processes that know the number 3."""
    with crew_of(2, float, 3) as two:
        yield two


def test_property_results_are_in_order_of_the_pieces(crew: Crew[float]) -> None:
    exponents = [float(number) for number in range(20)]
    names = [f"piece {number}" for number in range(20)]
    alone = Crew(3.0).each(math.pow, exponents, names=names)
    assert crew.each(math.pow, exponents, names=names) == alone == [3.0**n for n in range(20)]


def test_one_piece_needs_no_process() -> None:
    before = multiprocessing.active_children()
    with crew_of(2, float, 3) as two:
        assert two.each(math.pow, [2.0], names=["it"]) == [9.0]
        assert multiprocessing.active_children() == before


def test_errors_come_back_as_they_are_and_name_the_piece(crew: Crew[float]) -> None:
    """Of several errors that of the first piece, as in one process."""
    pieces: list[Any] = [2.0, -1.0, "text"]
    for workers in (Crew(3.0), crew):
        with pytest.raises(ValueError, match="math domain") as caught:
            workers.each(math.log, pieces, names=["one", "two", "three"])
        assert caught.value.__notes__ == ["while working on two"]
        with pytest.raises(TypeError):
            workers.each(math.log, pieces[::-1], names=["three", "two", "one"])


@pytest.mark.parametrize(
    "error",
    [
        InputError([PROBLEM, PROBLEM]),
        *(
            kind("what is wrong")
            for kind in (
                FetchError, UnknownIdError, WorkerError, TableError, OsmFileError, StreetError,
                ContradictionError, PhysicsRangeError, RefrigerantError,
            )
        ),
    ],
)  # fmt: skip
def test_every_error_survives_the_way_between_processes(error: Exception) -> None:
    error.add_note("while working on data centre S1")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert back.__notes__ == error.__notes__
    assert getattr(back, "problems", None) == getattr(error, "problems", None)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_workers_reject_an_untimely_end() -> None:
    """A process that is killed ends the run with one clear error, and the others with it."""
    before = set(multiprocessing.active_children())
    clear = r"killed.*nothing was written.*--workers 1"
    with pytest.raises(WorkerError, match=clear):
        _lose_one(before)
    deadline = time.monotonic() + 10.0
    while set(multiprocessing.active_children()) - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not set(multiprocessing.active_children()) - before


def _lose_one(others: set[Any]) -> None:
    """Kill one of two processes while they work."""
    with crew_of(2, float, 3) as two:
        assert two.each(math.pow, [1.0, 2.0], names=["a", "b"]) == [3.0, 9.0]
        assert two.pool is not None
        held = two.pool.submit(time.sleep, 60)
        victim, _ = set(multiprocessing.active_children()) - others
        os.kill(int(victim.pid or 0), signal.SIGKILL)
        held.result()


def test_an_error_ends_processes_of_the_crew_only() -> None:
    """One that the caller started meanwhile goes on."""
    context, before = multiprocessing.get_context("spawn"), multiprocessing.active_children()
    other = context.Process(target=time.sleep, args=(60,), daemon=True)
    crew: set[Any] = set()
    try:
        with pytest.raises(ValueError, match="math domain"):
            _fail_beside(other, crew)
        for process in crew - set(before):
            process.join(10.0)
        assert len(crew - set(before)) == 2
        assert not any(process.is_alive() for process in crew - set(before))
        assert other.is_alive()
    finally:
        other.terminate()
        other.join()


def _fail_beside(other: Any, crew: set[Any]) -> None:
    """An error of a crew while another process runs."""
    with crew_of(2, float, 3) as two:
        assert two.each(math.pow, [1.0, 2.0], names=["a", "b"]) == [3.0, 9.0]
        crew |= set(multiprocessing.active_children())
        other.start()
        two.each(math.log, [-1.0, -1.0], names=["a", "b"])


def test_workers_reject_a_beginning_that_fails_and_say_why(tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_text("abc", encoding="utf-8")
    hindered = r"could not begin \(FileNotFoundError: .*table'\).*--workers 1"
    with crew_of(2, os.path.getsize, str(path)) as two:
        path.unlink()
        with pytest.raises(WorkerError, match=hindered):
            two.each(math.pow, [1.0, 2.0], names=["a", "b"])


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such server")
def test_what_the_caller_lets_the_server_import_stays() -> None:
    before = crews._preloaded()
    multiprocessing.set_forkserver_preload(["colorsys"])
    try:
        with crew_of(2, float, 3):
            assert crews._preloaded() == ["colorsys", "heatreach.siting.workers"]
    finally:
        multiprocessing.set_forkserver_preload(before)


def test_workers_reject_more_than_windows_can_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_no_workers(62)
    monkeypatch.setattr(crews, "MOST_WORKERS", 61)
    refuse_no_workers(61)
    with pytest.raises(InputError, match=r"62 processes are more than Windows.*give 61 or fewer"):
        refuse_no_workers(62)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_stops_at_once_and_leaves_no_process(tmp_path: Path) -> None:
    script = tmp_path / "held.py"
    script.write_text(HELD, encoding="utf-8")
    run = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "ready\n"
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=30)
    assert run.returncode != 0
    assert said.count("KeyboardInterrupt") == 1


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(UNGUARDED, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False, timeout=120
    )
    assert run.stdout == "started\n[4.0, 5.0, 6.0]\n", run.stderr
    assert run.stderr == ""


@pytest.mark.parametrize("workers", [0, -2])
def test_plan_rejects_no_workers(workers: int) -> None:
    nothing: Any = None
    with pytest.raises(InputError, match=f"{workers} processes cannot work"):
        plan(nothing, workers=workers)


def test_command_rejects_no_workers() -> None:
    answer = CliRunner().invoke(app, ["demo", "--workers", "0"])
    assert answer.exit_code == 2
