"""
Whom heatreach asks on the internet, under which name, and within which limits.

Every request passes here or borrows `check_address` from here: https to hosts on a list, redirects
only within that list (so never to a private address), our own user agent as the servers' policies
require, a cap on size and on time. Nothing is asked unless a planner names a place or a box without
giving a file; files on disk never lead here.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from ..errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTS = frozenset(
    {
        "download.geofabrik.de",
        "download.bbbike.org",
        "osm.download.movisda.io",
        "nominatim.openstreetmap.org",
        "overpass-api.de",
        "re.jrc.ec.europa.eu",
    }
)
TIMEOUT_S = (15.0, 60.0)
_REDIRECTS = 5
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a download may go, how large it may be and how long it may take."""

    hosts: frozenset[str] = HOSTS
    max_bytes: int = 1_000_000_000
    deadline_s: float = 7200.0


def user_agent() -> str:
    """
    Name under which heatreach asks servers, as their policies require.

    Returns
    -------
    name
        Program, version, purpose and, if the package states one, the project's address.
    """
    purpose = "open heat-reuse planner for data centres"
    try:
        about = metadata("heatreach")
    except PackageNotFoundError:
        return f"heatreach/development ({purpose})"
    links = [link.partition(", ")[2] for link in about.get_all("Project-URL") or []]
    return f"heatreach/{about['Version']} ({'; '.join([purpose, *links[:1]])})"


def check_address(url: str, *, hosts: frozenset[str] = HOSTS) -> str:
    """
    Address as given, if it may be asked.

    Parameters
    ----------
    url
        An absolute address.
    hosts
        Names that may be asked. Plain http is for hosts the caller added to `HOSTS`.

    Returns
    -------
    url
        The address, unchanged.

    Raises
    ------
    FetchError
        If the host is not on the list or the scheme is not https.
    """
    try:
        parts = urlsplit(url)
    except ValueError as fault:
        raise FetchError(f"{url} is refused: not an address ({fault})") from fault
    host = parts.hostname or ""
    if host not in hosts:
        raise FetchError(f"{url} is refused: heatreach asks only {', '.join(sorted(hosts))}")
    if parts.scheme != "https" and (parts.scheme != "http" or host in HOSTS):
        raise FetchError(f"{url} is refused: only https is allowed")
    return url


@contextmanager
def opened(
    url: str, *, hosts: frozenset[str] = HOSTS, headers: dict[str, str] | None = None
) -> Iterator[requests.Response]:
    """
    Answer to a GET request, its body not read yet; redirects stay within the listed hosts.

    Parameters
    ----------
    url
        Address to ask.
    hosts
        Names that may be asked.
    headers
        Further request headers.

    Yields
    ------
    response
        The answer, whatever its status.

    Raises
    ------
    FetchError
        If an address is refused or redirects do not end.
    """
    asked = {"User-Agent": user_agent(), "Accept-Encoding": "identity", **(headers or {})}
    with requests.Session() as session:
        for _ in range(_REDIRECTS):
            check_address(url, hosts=hosts)
            with _answer(session, url, asked) as response:
                if not response.is_redirect:
                    yield response
                    return
                url = urljoin(url, response.headers["Location"])
    raise FetchError(f"{url} redirects without end")


def _answer(session: requests.Session, url: str, headers: dict[str, str]) -> requests.Response:
    """Answer of one host; requests reads a redirect's address even if it is not to follow it."""
    try:
        return session.get(
            url, headers=headers, timeout=TIMEOUT_S, stream=True, allow_redirects=False
        )
    except requests.RequestException:
        raise
    except ValueError as fault:
        raise FetchError(f"{url} is refused: it redirects to no address ({fault})") from fault


def pieces(response: requests.Response, *, max_bytes: int, end: float) -> Iterator[bytes]:
    """
    Body of an answer as it arrives, while size and time allow.

    Parameters
    ----------
    response
        An answer whose body is not read yet.
    max_bytes
        Size allowed.
    end
        Moment on the monotonic clock at which to stop [s]; it holds even if the server dribbles.

    Yields
    ------
    piece
        The next bytes, content encodings undone.

    Raises
    ------
    FetchError
        If the answer is too large or not complete in time.
    ConnectionError
        Of `requests`, if the connection breaks off.
    """
    done = 0
    try:
        while piece := response.raw.read1(_PIECE, decode_content=True):
            done += len(piece)
            if done > max_bytes:
                raise FetchError(f"stopped: more than {max_bytes / 1e6:,.0f} MB arrived")
            if time.monotonic() > end:
                raise FetchError(f"stopped: not complete in time ({done / 1e6:,.1f} MB arrived)")
            yield piece
    except urllib3.exceptions.HTTPError as failure:
        raise requests.ConnectionError("the connection broke off") from failure


def plain_reason(failure: Exception) -> str:
    """
    Failure of a request in words for planners; the libraries' own texts run over several lines.

    Parameters
    ----------
    failure
        What `requests` raised.

    Returns
    -------
    reason
        One clause, without the address.
    """
    if isinstance(failure, requests.Timeout):
        return "the server did not answer in time"
    if isinstance(failure, requests.exceptions.SSLError):
        return "the secure connection failed (is a proxy in between?)"
    if isinstance(failure, requests.ConnectionError) and failure.request is not None:
        return "the server cannot be reached"
    return str(failure)
