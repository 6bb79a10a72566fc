"""
The page around the map: one HTML file that needs nothing else.

Leaflet stands inside the page; nothing is fetched. A content-security policy names the SHA-256 of
each script of the page, so a script that got in by way of a name could not run even if escaping
failed, and no address can be contacted but that of the tiles that the user named.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ..wording import if_given

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...reading.tile_source import TileSource

# Pictures of controls that this map does not use; inside a page they would be dead addresses.
CSS_PICTURE = re.compile(r"\s*(background-image|behavior):\s*url\([^)]*\);")
OWN_SCRIPTS = ("map.js", "tables.js", "projects.js", "find.js")
SOURCE_MAP = re.compile(r"//# sourceMappingURL=\S+")


@cache
def asset(name: str) -> str:
    """
    Text of a file that goes into every map.

    Parameters
    ----------
    name
        File name in the assets folder.

    Returns
    -------
    text
        Its content with plain line ends, as a browser hashes it.
    """
    path = resources.files("heatreach.siting.writing.assets") / name
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def page(
    map_script: str,
    content: Mapping[str, Any],
    *,
    parts: Sequence[str] = (),
    tiles: TileSource | None = None,
) -> str:
    """
    The whole page.

    Parameters
    ----------
    map_script
        Script that builds the map, as folium writes it.
    content
        What the template shows; texts that are not marked as safe are escaped.
    parts
        Names of further styles and scripts in the assets folder, for example ``"zones"``.
    tiles
        The one source that the page may fetch pictures from; `None` for none.

    Returns
    -------
    html
        The page, with Leaflet, styles and policy in it.
    """
    more = [asset(f"{part}.js") for part in parts]
    own = "\n".join(asset(name) for name in OWN_SCRIPTS)
    scripts = [SOURCE_MAP.sub("", asset("leaflet.js")), map_script, own, *more]
    scripts = [script.replace("\r\n", "\n") for script in scripts]
    style = CSS_PICTURE.sub("", asset("leaflet.css")) + asset("map.css")
    style += "".join(asset(f"{part}.css") for part in parts)
    loader = FunctionLoader(asset)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    origin = None if tiles is None else tiles.origin
    return environment.get_template("map.html").render(
        policy=Markup(content_security_policy(scripts, pictures=origin)),
        style=Markup(style),
        scripts=[Markup(script) for script in scripts],
        tiles=tiles and {"credit": if_given(tiles.attribution), "origin": tiles.origin},
        **content,
    )


def content_security_policy(scripts: Sequence[str], *, pictures: str | None = None) -> str:
    """
    A policy that lets exactly these scripts run and nothing be fetched but pictures, if named.

    Parameters
    ----------
    scripts
        Text of each inline script, exactly as between its tags.
    pictures
        The one origin of pictures, for example ``https://tiles.example.org``; `None` for none.

    Returns
    -------
    policy
        Value of a ``Content-Security-Policy`` meta element.

    Examples
    --------
    >>> content_security_policy([""]).split("; ")[1]
    "script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digests = (hashlib.sha256(script.encode("utf-8")).digest() for script in scripts)
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {hashes}",
            "style-src 'unsafe-inline'",
            "img-src data:" if pictures is None else f"img-src data: {pictures}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
