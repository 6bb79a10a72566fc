"""
Where heatreach keeps its files on a user's machine: one cache folder, chosen by one rule.

Downloads, prepared tables and the like live below it; what is in each is the business of the module
that keeps it. Nothing is read or written here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder(cache_dir: Path | str | None = None) -> Path:
    """
    Folder for what can be made or fetched again.

    Parameters
    ----------
    cache_dir
        A folder chosen by the caller; by default the environment variable HEATREACH_CACHE, or
        else the user's cache folder of the operating system.

    Returns
    -------
    folder
        Absolute path; it need not exist yet.

    Examples
    --------
    >>> cache_folder("/var/cache/town").name
    'town'
    """
    chosen = cache_dir or os.environ.get("HEATREACH_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base.absolute() / "heatreach"
