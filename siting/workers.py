"""
Independent pieces of a study worked on one after the other, or by several processes at once.

A crew knows the study once and is then handed pieces: sites, groups of sites, zone rules. Results
come back in the order of the pieces, whoever was first, and each is what a crew of one would have
made: nothing depends on how many work. Processes are started when there are at least two pieces
and end with the crew; they come from a server that never holds anything of the caller (forkserver;
fresh ones where the system has none), so that notebooks, threads and open files are no danger.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .errors import InputError, Problem, WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.process import BaseProcess

State = TypeVar("State")
Piece = TypeVar("Piece")
Result = TypeVar("Result")

SERVER = "forkserver"
OWN_SETTINGS = "HEATREACH_"
"""Environment variables that a process must know as they are now, not when the server started."""

MOST_WORKERS = 61 if os.name == "nt" else None
"""How many processes Windows can wait for at once; other systems have no such limit."""

_known: list[Any] = []
"""What this process, if it is one of a crew, knows of the study."""
_hindered: list[str] = []
"""Why it knows nothing, if it could not begin."""


class Crew(Generic[State]):
    """
    What works on the pieces of a study.

    Parameters
    ----------
    state
        What everybody knows of the study.
    pool
        Processes that know it too; none to work here.
    """

    def __init__(self, state: State, pool: ProcessPoolExecutor | None = None) -> None:
        self.state, self.pool = state, pool

    @property
    def several(self) -> bool:
        """Whether pieces are worked on at the same time."""
        return self.pool is not None

    def each(
        self,
        work: Callable[[State, Piece], Result],
        pieces: Sequence[Piece],
        *,
        names: Sequence[str],
    ) -> list[Result]:
        """
        Results of all pieces, in their order.

        Parameters
        ----------
        work
            A function of a module of heatreach, which every process can import.
        pieces
            What it is called with, besides the state.
        names
            What each piece is called, for the note on an error.

        Returns
        -------
        results
            One per piece.

        Raises
        ------
        Exception
            What the work raises, with a note that names the piece; of several that of the first.
        WorkerError
            If a process could not begin.
        """
        named = zip(pieces, names, strict=True)
        if self.pool is None or len(pieces) < 2:
            return [_worked(self.state, work, piece, name) for piece, name in named]
        with _unseen_main():
            waiting = [self.pool.submit(_at_worker, work, piece, name) for piece, name in named]
        return [one.result() for one in waiting]


@contextmanager
def crew_of(workers: int, make: Callable[..., State], *parts: Any) -> Iterator[Crew[State]]:
    """
    A crew, for as long as it is needed.

    Parameters
    ----------
    workers
        How many processes; with 1 the work is done here.
    make
        Makes what everybody knows; a function of a module of heatreach.
    parts
        What it is made of; sent to each process once.

    Yields
    ------
    crew
        Works on pieces.

    Raises
    ------
    WorkerError
        If a process could not begin, or ends before its work is done.
    """
    state = make(*parts)
    if workers == 1:
        yield Crew(state)
        return
    pool = _pool(workers, make, parts)
    try:
        yield Crew(state, pool)
    except BaseException as error:
        # Whoever waits for Ctrl-C to work, or for an error, does not wait for the other pieces.
        own = _processes(pool)
        pool.shutdown(wait=False, cancel_futures=True)
        for process in own:
            process.terminate()
        if isinstance(error, BrokenProcessPool):
            raise WorkerError(_ENDED.format(workers)) from error
        raise
    pool.shutdown()


def _processes(pool: ProcessPoolExecutor) -> list[BaseProcess]:
    """Processes of a crew, none of the caller's; the pool has no public word for them."""
    return list((pool._processes or {}).values())


_ENDED = (
    "one of {} worker processes ended before its work was done: it was killed, most often for want "
    "of memory, or could not start; nothing was written; try again with fewer workers (--workers 1)"
)
_HINDERED = (
    "a worker process could not begin ({}); nothing was written; try again with fewer workers "
    "(--workers 1)"
)


def refuse_no_workers(workers: int) -> None:
    """
    Refuse a number of processes that cannot work.

    Parameters
    ----------
    workers
        How many processes are wanted.

    Raises
    ------
    InputError
        If it is below 1, or more than the system can wait for.
    """
    what = advice = ""
    if workers < 1:
        what = f"{workers} processes cannot work"
        advice = "give 1 or more; 1 works without further processes"
    elif MOST_WORKERS is not None and workers > MOST_WORKERS:
        what = f"{workers} processes are more than Windows can wait for"
        advice = f"give {MOST_WORKERS} or fewer"
    if what:
        raise InputError([Problem(file="--workers", where="", what=what, advice=advice)])


def _pool(workers: int, make: Callable[..., Any], parts: tuple[Any, ...]) -> ProcessPoolExecutor:
    """Processes that know what is made of the parts, started at their first work."""
    server = SERVER in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context(SERVER if server else "spawn")
    if server:
        # The server imports once what every process needs, besides what the caller wants of it.
        context.set_forkserver_preload([*dict.fromkeys([*_preloaded(), __name__])])
    settings = {name: value for name, value in os.environ.items() if name.startswith(OWN_SETTINGS)}
    known = pickle.dumps((make, parts), protocol=pickle.HIGHEST_PROTOCOL)
    return ProcessPoolExecutor(workers, context, _begin, (known, settings))


def _preloaded() -> list[str]:
    """What the caller lets the server import; there is no public word for it."""
    from multiprocessing import forkserver  # Windows has none.

    return list(getattr(forkserver._forkserver, "_preload_modules", []))


def _begin(known: bytes, settings: Mapping[str, str]) -> None:
    """Make a process one of the crew; what hinders it is told with the first piece."""
    # Ctrl-C reaches all processes of a terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(settings)
    try:
        make, parts = pickle.loads(known)
        _known[:] = [make(*parts)]
    except Exception as error:  # noqa: BLE001 - a pool tells of no error here, only of an end
        _hindered[:] = [f"{type(error).__name__}: {error}"]


def _at_worker(work: Callable[[Any, Piece], Result], piece: Piece, name: str) -> Result:
    """Result of one piece, in a process of the crew."""
    if _hindered:
        raise WorkerError(_HINDERED.format(_hindered[0]))
    return _worked(_known[0], work, piece, name)


def _worked(
    state: State, work: Callable[[State, Piece], Result], piece: Piece, name: str
) -> Result:
    """Result of one piece; an error says which one it was."""
    try:
        return work(state, piece)
    except Exception as error:
        error.add_note(f"while working on {name}")
        raise


@contextmanager
def _unseen_main() -> Iterator[None]:
    """
    Start processes that do not run the caller's script again.

    They would, to find what was defined in it; a script that plans without a guard would then plan
    in every process. Nothing that is sent was defined there.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
