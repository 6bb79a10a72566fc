"""
How far a run is: stage, bar, rate and time left.

Stages differ a thousandfold in length, so the share of stages done says little of the time. Where
the length of each stage is expected (`forecast`), the time left is what the stages to come should
take, stretched by how the stages behind them turned out.
"""

from __future__ import annotations

from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, ProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress_bar import ProgressBar
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import Task

PERCENT, SECONDS_PER_MINUTE = 100.0, 60.0
BAR_WIDTH = 12
SLOWEST, FASTEST = 0.2, 10.0
"""How far the stages behind may stretch those to come."""


class Pace:
    """
    Keeps what is done and tells how long the rest should take.

    Parameters
    ----------
    now
        Clock [s]; tests hand in their own.
    waits
        Whether stages to expect will be told later; till then nothing is known.
    """

    def __init__(self, now: Callable[[], float] = perf_counter, *, waits: bool = False) -> None:
        self.now, self.waits = now, waits
        self.start = self.since = now()
        self.share = 0.0
        self.stages: list[tuple[str, float]] = []
        self.place = -1
        self.behind_s = self.expected_behind_s = 0.0

    def expect(self, stages: Sequence[tuple[str, float]]) -> None:
        """Take the stages to come and how long each should take [s]."""
        self.stages, self.place, self.waits = list(stages), -1, False
        self.behind_s = self.expected_behind_s = 0.0

    def step(self, stage: str, share: float) -> None:
        """Open a stage; `share` of the whole counts only where nothing is expected."""
        self.share = share
        later = [
            place
            for place, (name, _) in enumerate(self.stages)
            if name == stage and place > self.place
        ]
        if not later:
            return
        now = self.now()
        if self.place >= 0:
            self.behind_s += now - self.since
            self.expected_behind_s += sum(
                seconds for _, seconds in self.stages[self.place : later[0]]
            )
        self.place, self.since = later[0], now

    def left_s(self) -> float | None:
        """How long the rest should take [s]; none while nothing is known."""
        if self.stages and self.place >= 0:
            stretch = self.behind_s / self.expected_behind_s if self.expected_behind_s else 1.0
            stretch = min(max(stretch, SLOWEST), FASTEST)
            running, *coming = (seconds * stretch for _, seconds in self.stages[self.place :])
            return max(running - (self.now() - self.since), 0.0) + sum(coming)
        if self.waits or self.stages or not 0.0 < self.share < 1.0:
            return None
        return (self.now() - self.start) * (1.0 - self.share) / self.share

    def done_share(self) -> float:
        """Share of the time that is over, as far as can be told."""
        left, elapsed = self.left_s(), self.now() - self.start
        if left is None or elapsed + left <= 0.0:
            return self.share
        return elapsed / (elapsed + left)

    def words(self) -> str:
        """Rate and time left, for people."""
        left, elapsed = self.left_s(), self.now() - self.start
        if left is None or elapsed <= 0.0:
            return ""
        rate = PERCENT * self.done_share() / elapsed * SECONDS_PER_MINUTE
        minutes, seconds = divmod(round(left), int(SECONDS_PER_MINUTE))
        return f"{rate:,.0f} %/min, {minutes}:{seconds:02d} left"


class _PaceBar(ProgressColumn):
    """A bar that follows the clock within a stage."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace

    def render(self, task: Task) -> ProgressBar:
        """Draw the bar."""
        del task
        return ProgressBar(total=1.0, completed=self.pace.done_share(), width=BAR_WIDTH)


class _PaceWords(ProgressColumn):
    """Rate and time left."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace

    def render(self, task: Task) -> Text:
        """Write the words."""
        del task
        return Text(self.pace.words())


class Bar:
    """
    What a run tells its progress to; called with a stage and the share done.

    Parameters
    ----------
    bar
        Progress display with one task.
    pace
        Keeps what is done.
    """

    def __init__(self, bar: Progress, pace: Pace) -> None:
        self.bar, self.pace = bar, pace
        self.task = bar.add_task("starting", total=1.0)

    def __call__(self, stage: str, share: float) -> None:
        """Show a stage."""
        self.pace.step(stage, share)
        self.bar.update(self.task, description=stage, completed=self.pace.done_share())

    def expect(self, stages: Sequence[tuple[str, float]]) -> None:
        """Take the stages to come and how long each should take [s]."""
        self.pace.expect(stages)


@contextmanager
def console_progress(*, quiet: bool, waits: bool = False) -> Iterator[Bar]:
    """
    Progress bar on the error stream.

    Parameters
    ----------
    quiet
        Whether to show nothing.
    waits
        Whether stages to expect will be told once the inputs are read.

    Yields
    ------
    show
        Called with a stage and the share done.
    """
    pace = Pace(waits=waits)
    bar = Progress(
        TextColumn("{task.description:<38}"),
        _PaceBar(pace),
        TimeElapsedColumn(),
        _PaceWords(pace),
        console=Console(stderr=True, quiet=quiet),
        transient=True,
    )
    with bar:
        yield Bar(bar, pace)
