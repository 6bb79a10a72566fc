"""Errors of the siting room; the command line turns each into one clean message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong or doubtful in an input: where, what, and what to do about it."""

    file: str
    where: str
    what: str
    advice: str

    def __str__(self) -> str:
        place = f"{self.file}, {self.where}" if self.where else self.file
        return f"{place}: {self.what}; {self.advice}" if self.advice else f"{place}: {self.what}"


class InputError(ValueError):
    """
    Inputs that cannot be used; carries every problem found, not only the first.

    Parameters
    ----------
    problems
        All problems of all files read.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        lines = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"{head} in the inputs:\n{lines}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Made again of its problems, in another process too."""
        return type(self), (self.problems,), self.__dict__


class FetchError(OSError):
    """A download that failed; the message names every address tried and the way round it."""


class WorkerError(RuntimeError):
    """A process of a crew that could not begin, or ended before its work was done."""


class UnknownIdError(LookupError):
    """An identifier that a finished study does not hold; the message names the nearest."""
