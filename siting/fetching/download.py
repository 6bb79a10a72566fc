"""
One file from one address: resumed, checked, then put in place whole or not at all.

A file grows as ``NAME.part``, is checked for length, checksum and content, and only then takes its
name. A process killed at any byte leaves a ``.part`` that the next run continues, if the server
still has the same file (Range with If-Range), and begins anew otherwise.
"""

from __future__ import annotations

import logging
import re
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import requests

from ..errors import FetchError
from .cache import digest, facts_of, facts_path, is_intact, locked, made, put_in_place, write_json
from .web import Limits, opened, pieces, plain_reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Progress = Callable[[int, int | None], None]

logger = logging.getLogger(__name__)

ATTEMPTS = 3
PAUSE_S = 2.0
_CHECKSUM_BYTES = 4096
_CHECKSUM_S = 30.0


class _BrokenOffError(Exception):
    """A transfer that broke off and is worth another attempt."""


def download(
    url: str,
    target: Path,
    *,
    check: Callable[[Path], None],
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Path:
    """
    File from an address, downloaded once and kept.

    Parameters
    ----------
    url
        Where the file is.
    target
        Where it goes. An intact copy there is the answer without any request.
    check
        Called with the finished download; raises FetchError if that is not what was asked for.
    limits
        Hosts, size and time allowed.
    progress
        Called with the bytes received and the total, None if the server does not say.

    Returns
    -------
    target
        The path given.

    Raises
    ------
    FetchError
        If the file cannot be had whole.
    """
    limits = limits or Limits()
    made(target.parent)
    with locked(target):
        if is_intact(target):
            return target
        part = target.with_name(target.name + ".part")
        facts = _receive_all(url, part, limits, progress or (lambda _done, _total: None))
        try:
            md5 = _checked_md5(part, facts["url"], limits)
            check(part)
        except FetchError:
            part.unlink(missing_ok=True)
            raise
        put_in_place(part, target, {**facts, "mirror_md5": md5})
        facts_path(part).unlink(missing_ok=True)
    return target


def _receive_all(url: str, part: Path, limits: Limits, progress: Progress) -> dict[str, Any]:
    """Bring `part` to full length in a few attempts; what the server said about the file."""
    end = time.monotonic() + limits.deadline_s
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _receive(url, part, limits, end, progress)
        except (requests.RequestException, _BrokenOffError) as failure:
            reason = f"{url}: {plain_reason(failure)}"
            if attempt == ATTEMPTS or time.monotonic() + PAUSE_S > end:
                raise FetchError(reason) from failure
            logger.info("%s; trying again in %.0f s", reason, PAUSE_S * attempt)
            time.sleep(PAUSE_S * attempt)
        except FetchError:
            raise
        except OSError as failure:
            raise FetchError(f"cannot write {part}: {failure.strerror or failure}") from failure
    raise AssertionError("the last attempt returns or raises")


def _receive(
    url: str, part: Path, limits: Limits, end: float, progress: Progress
) -> dict[str, Any]:
    """One request for the file, or for the rest of what is there; its facts once complete."""
    facts = facts_of(part) if part.is_file() else {}
    start = part.stat().st_size if facts.get("validator") and facts.get("asked") == url else 0
    if start and start == facts.get("total"):
        return facts
    headers = {"Range": f"bytes={start}-", "If-Range": facts["validator"]} if start else {}
    with opened(url, hosts=limits.hosts, headers=headers) as response:
        if _continues(response, start, facts):
            logger.info("continuing %s at %.1f MB", url, start / 1e6)
        else:
            _refuse_status(response, url, part)
            # Old bytes go first: a kill in between must not leave them beside new facts.
            part.unlink(missing_ok=True)
            start = 0
            facts = _facts(response, url)
            write_json(facts_path(part), facts)
        total = facts["total"]
        _refuse_size(total, start, part, limits)
        _pour(response, part, start, limits, end, lambda done: progress(done, total))
    size = part.stat().st_size
    if total is not None and size != total:
        if size > total:
            part.unlink()
        raise _BrokenOffError(f"{size} of {total} bytes arrived")
    return {**facts, "total": size}


def _continues(response: requests.Response, start: int, facts: dict[str, Any]) -> bool:
    """Whether the answer is the rest of the very file we hold the beginning of."""
    span = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers.get("Content-Range", ""))
    if response.status_code != requests.codes.partial_content or not start or span is None:
        return False
    return int(span[1]) == start and int(span[3]) == facts.get("total")


def _refuse_status(response: requests.Response, url: str, part: Path) -> None:
    """Sort the statuses other than success into those worth another attempt and the rest."""
    status = response.status_code
    if status == requests.codes.ok:
        return
    reason = f"the server answered {status} {response.reason}"
    if status == requests.codes.too_many_requests or status >= requests.codes.server_error:
        raise _BrokenOffError(reason)
    if status in (requests.codes.partial_content, requests.codes.range_not_satisfiable):
        part.unlink(missing_ok=True)
        raise _BrokenOffError(f"{reason} where the whole file was due")
    raise FetchError(f"{url}: {reason}")


def _refuse_size(total: int | None, start: int, part: Path, limits: Limits) -> None:
    """Refuse what is larger than allowed, or larger than the disk."""
    if total is None:
        return
    if total > limits.max_bytes:
        raise FetchError(
            f"the file is {total / 1e6:,.0f} MB, more than the {limits.max_bytes / 1e6:,.0f} MB "
            "allowed"
        )
    free = shutil.disk_usage(part.parent).free
    if total - start > free:
        raise FetchError(
            f"the file needs {(total - start) / 1e6:,.0f} MB, but {part.parent} has "
            f"{free / 1e6:,.0f} MB left; set HEATREACH_CACHE to a folder with more room"
        )


def _pour(
    response: requests.Response,
    part: Path,
    start: int,
    limits: Limits,
    end: float,
    progress: Callable[[int], None],
) -> None:
    """Write the body after the first `start` bytes, within the limits of size and time."""
    done = start
    with part.open("rb+" if start else "wb") as handle:
        handle.seek(start)
        for piece in pieces(response, max_bytes=limits.max_bytes - start, end=end):
            done += len(piece)
            handle.write(piece)
            progress(done)


def _facts(response: requests.Response, asked: str) -> dict[str, Any]:
    """Facts the server states of the file, with the validator that pins a continuation."""
    headers = response.headers
    etag = headers.get("ETag", "")
    length = headers.get("Content-Length", "")
    whole = headers.get("Content-Encoding", "identity") == "identity" and length.isdigit()
    return {
        "asked": asked,
        "url": response.url,
        "validator": etag if re.fullmatch(r'"[^"]*"', etag) else headers.get("Last-Modified", ""),
        "last_modified": headers.get("Last-Modified", ""),
        "total": int(length) if whole else None,
    }


def _checked_md5(part: Path, url: str, limits: Limits) -> str:
    """Compare `part` with the MD5 the mirror publishes beside the file; '' if it has none."""
    published = ""
    end = time.monotonic() + _CHECKSUM_S
    with (
        suppress(requests.RequestException, FetchError),
        opened(url + ".md5", hosts=limits.hosts) as response,
    ):
        if response.status_code == requests.codes.ok:
            body = b"".join(pieces(response, max_bytes=_CHECKSUM_BYTES, end=end))
            text = body.decode("ascii", "replace")
            found = re.match(r"\s*([0-9a-fA-F]{32})\b", text)
            published = found[1].lower() if found else ""
    if not published:
        logger.info("%s offers no checksum; length and content are checked", url)
    elif published != digest(part, "md5"):
        raise FetchError(
            f"{url} does not match its checksum {published}; the copy was deleted, run again"
        )
    return published
