"""
A source of background tiles for the map, where the user names one.

Without it the map asks nothing of any server. A source is an https address with ``{z}``, ``{x}``
and ``{y}``, the credit that its provider demands, and its largest zoom; a TOML file keeps them, so
that a key in the address stays out of command lines and records. The key does stand in
``map.html``: whoever gets the map can read it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from heatreach.data import load_table

from ..errors import InputError, Problem
from ..writing.wording import LONGEST_CREDIT, is_blank, plain_text
from .findings import printable

EXAMPLE = "https://tiles.example.org/{z}/{x}/{y}.png?key=…"
# What an address of tiles is made of; quotes, back-ticks, blanks and $ could end it in a script.
ADDRESS = re.compile(
    r"https://(?P<host>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)"
    r"(?P<port>:[0-9]{1,5})?/(?P<rest>[A-Za-z0-9\-._~:/?=&%@,+!{}]*)"
)
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = ("z", "x", "y")
LEAST_ZOOM, MOST_ZOOM = 1, 22
KEYS = ("url", "attribution", "max_zoom")
LARGEST_BYTES = 2**16
"""Of the file; a source has three lines."""
INSTEAD = (
    "name a provider whose terms allow it, with your key in the address, or a tile server of your "
    "own; without tiles the map shows the streets of the study"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TileSource:
    """
    Where the map may fetch its background from.

    Attributes
    ----------
    url
        Address with ``{z}``, ``{x}`` and ``{y}``; https only. It may hold a key and is not shown.
    attribution
        Credit that the provider demands; plain text.
    max_zoom
        Largest zoom for which there are tiles; nearer ones are enlarged.

    Raises
    ------
    InputError
        If the address is no such template, its host refuses maps opened from disk, or the credit
        or the zoom is missing.

    Examples
    --------
    >>> TileSource(
    ...     url="https://tiles.example.org/{z}/{x}/{y}.png?key=1", attribution="Me", max_zoom=18
    ... ).origin
    'https://tiles.example.org'
    """

    url: str = field(repr=False)
    attribution: str
    max_zoom: int

    def __post_init__(self) -> None:
        problems = _problems(self.url, self.attribution, self.max_zoom, file="tiles")
        if problems:
            raise InputError(problems)

    @property
    def origin(self) -> str:
        """The one server that the map may ask; holds no key."""
        return "/".join(self.url.split("/")[:3])

    @property
    def record(self) -> dict[str, Any]:
        """What the record of a run says of it; the address may hold a key and is not told."""
        return {"origin": self.origin, "attribution": plain_text(self.attribution)}


def read_tile_source(path: Path | str) -> TileSource:
    """
    Read a source of tiles.

    Parameters
    ----------
    path
        TOML file with ``url``, ``attribution`` and ``max_zoom``.

    Returns
    -------
    tiles
        The source.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a key, has others, or names no usable source.
    """
    file = printable(Path(path).name)
    try:
        values = tomllib.loads(_content(Path(path)).decode("utf-8-sig"))
    except OSError as error:
        what = f"cannot be read ({error.strerror or type(error).__name__})"
        raise InputError([_problem(file, "", what, "check the path")]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        advice = f'write url = "{EXAMPLE}", attribution = "…" and max_zoom = 18'
        raise InputError([_problem(file, "", "is no TOML file", advice)]) from error
    problems = [_unknown(file, key) for key in values if key not in KEYS]
    problems += _problems(*(values.get(key) for key in KEYS), file=file)
    if problems:
        raise InputError(problems)
    return TileSource(**values)


def _content(path: Path) -> bytes:
    """Bytes of a file of a source, if it can be one."""
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        what = f"is too large for a source of tiles (the limit is {LARGEST_BYTES:,} bytes)"
        raise InputError([_problem(printable(path.name), "", what, "give the three lines of one")])
    return content


def _problem(file: str, where: str, what: str, advice: str) -> Problem:
    """One thing wrong with a source."""
    return Problem(file=file, where=where, what=what, advice=advice)


def _unknown(file: str, key: str) -> Problem:
    """A key that there is not, with the nearest that there is."""
    near = get_close_matches(key, KEYS, n=1)
    advice = f"did you mean {near[0]!r}?" if near else f"keys are: {', '.join(KEYS)}"
    return _problem(file, printable(key), "is no key of a tile source", advice)


def _problems(url: Any, attribution: Any, max_zoom: Any, *, file: str) -> list[Problem]:
    """Everything wrong with a source; the address may hold a key and is never shown."""
    problems = [_problem(file, "url", *told) for told in _address_problems(url)]
    if not isinstance(attribution, str) or is_blank(plain_text(attribution)):
        advice = "give the credit that the provider of the tiles demands"
        problems.append(_problem(file, "attribution", "is missing or no text", advice))
    elif len(plain_text(attribution)) > LONGEST_CREDIT:
        what = f"is longer than {LONGEST_CREDIT} characters"
        problems.append(_problem(file, "attribution", what, "a map has no room for it"))
    whole = isinstance(max_zoom, int) and not isinstance(max_zoom, bool)
    if not whole or not LEAST_ZOOM <= max_zoom <= MOST_ZOOM:
        what = "is missing or no whole number in its limits"
        advice = f"give the largest zoom of the tiles, from {LEAST_ZOOM} to {MOST_ZOOM}"
        problems.append(_problem(file, "max_zoom", what, advice))
    return problems


def _address_problems(url: Any) -> list[tuple[str, str]]:
    """What is wrong with an address, and what to do about it; the first thing only."""
    found = ADDRESS.fullmatch(url) if isinstance(url, str) else None
    if found is None:
        what = "is no https address of tiles in plain characters, the host in small letters"
        return [(what, f"give a template such as {EXAMPLE}")]
    names = PLACEHOLDER.findall(found["rest"])
    if sorted(names) != sorted(PLACEHOLDERS) or set(PLACEHOLDER.sub("", found["rest"])) & set("{}"):
        advice = f"give a template such as {EXAMPLE}; for {{s}} write the name of one server"
        return [("must have {z}, {x} and {y} once each and no other braces", advice)]
    given = parse_qs(urlsplit(url).query)
    for row in load_table("tile_hosts").itertuples():
        is_there = found["host"] == row.host or found["host"].endswith(f".{row.host}")
        if is_there and row.unless not in given:
            return [(f"{row.host} {row.reason}", INSTEAD)]
    return []
