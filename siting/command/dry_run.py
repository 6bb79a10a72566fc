"""What a dry run says: how much there is to do, how long it should take, how much memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from .forecast import memory_mb, plan_stages, total, writing_stage, zone_stages

if TYPE_CHECKING:
    from .forecast import Range, Size

SECONDS_PER_MINUTE, MINUTES_PER_HOUR, MB_PER_GB = 60.0, 60.0, 1000.0
GUESS = (
    "Guessed from rates measured on one computer with two cores (heatreach assumptions --table "
    "run_rates); the very first run also compiles, a minute or two more."
)
NOTHING_DONE = "Nothing was computed or written."


def stages_of(size: Size, *, plans: bool) -> list[tuple[str, Range]]:
    """
    Every stage of a run after reading.

    Parameters
    ----------
    size
        How much there is to do.
    plans
        Whether networks are planned, not only zones found.

    Returns
    -------
    stages
        By the names a run tells its progress, with what each should take [s].
    """
    planned = plan_stages(size) if plans else []
    zoned = zone_stages(size) if size.rules else []
    return [*planned, *zoned, *writing_stage(size)]


def dry_run_table(size: Size, *, plans: bool) -> Table:
    """
    What a run would do, for the terminal.

    Parameters
    ----------
    size
        How much there is to do.
    plans
        Whether networks are planned, not only zones found.

    Returns
    -------
    table
        Fits 80 columns.
    """
    stages = stages_of(size, plans=plans)
    table = Table(
        title="What this run would do", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    table.add_column("What")
    table.add_column("About", justify="right")
    table.add_column("Range", justify="right")
    for what, count in _counts(size, plans=plans):
        table.add_row(what, count, "")
    table.add_section()
    for name, taken in stages:
        table.add_row(Text(name), *_times(taken))
    table.add_section()
    table.add_row("all stages together", *_times(total(stages)))
    memory = memory_mb(size)
    table.add_row(
        "memory", _memory(memory.value), f"{_memory(memory.low)} to {_memory(memory.high)}"
    )
    table.caption, table.caption_justify = GUESS, "left"
    return table


def dry_run_answer(size: Size, *, plans: bool) -> dict[str, Any]:
    """
    What a run would do, for programs.

    Parameters
    ----------
    size
        How much there is to do.
    plans
        Whether networks are planned, not only zones found.

    Returns
    -------
    answer
        Counts, and guesses of time and memory with their ranges.
    """
    stages = stages_of(size, plans=plans)
    return {
        "counts": {name: getattr(size, name) for name in size.__slots__},
        "expected": {
            "total_s": _row(total(stages)),
            "memory_mb": _row(memory_mb(size)),
            "stages_s": [{"stage": name, **_row(taken)} for name, taken in stages],
            "note": GUESS,
        },
    }


def _counts(size: Size, *, plans: bool) -> list[tuple[str, str]]:
    """How much there is to do, in words and numbers."""
    planned = [
        ("consumers in reach of one", f"{size.consumers:,}"),
        ("pairs of the two within the radius", f"{size.links:,}"),
        ("draws of the assumptions", f"{size.draws:,}"),
    ]
    return [
        ("data centres", f"{size.sites:,}"),
        ("consumers", f"{size.everywhere:,}"),
        *(planned if plans else []),
        *([("zone rules", f"{len(size.rules):,}")] if size.rules else []),
        ("street sections", f"{size.sections:,}"),
        ("length of streets", f"{size.streets_km:,.1f} km"),
        ("area of the box around all", f"{size.area_km2:,.1f} km²"),
    ]


def _times(taken: Range) -> tuple[str, str]:
    """A time and its range."""
    return duration(taken.value), f"{duration(taken.low)} to {duration(taken.high)}"


def duration(seconds: float) -> str:
    """
    A time as people say it.

    Parameters
    ----------
    seconds
        Time [s].

    Returns
    -------
    text
        In seconds, minutes or hours.

    Examples
    --------
    >>> duration(0.2), duration(42.4), duration(300.0), duration(9000.0)
    ('0.2 s', '42 s', '5 min', '2.5 h')
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes = seconds / SECONDS_PER_MINUTE
    if minutes < 1.5:
        return f"{seconds:.0f} s"
    hours = minutes / MINUTES_PER_HOUR
    return f"{minutes:.0f} min" if hours < 1.5 else f"{hours:.1f} h"


def _memory(megabytes: float) -> str:
    """Memory in GB."""
    return f"{megabytes / MB_PER_GB:.1f} GB"


def _row(guess: Range) -> dict[str, float]:
    """A guess with its range."""
    return {"value": guess.value, "low": guess.low, "high": guess.high}
