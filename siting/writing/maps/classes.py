"""
Legend classes of the map: groups of uses, and pipes by nominal diameter.

Every class has a colour and a second cue, a letter or a width, for readers who do not see the
colours apart.
"""

from __future__ import annotations

from typing import Any

# Group of uses: (legend, letter, fill, uses). Colours after Okabe and Ito; the letter is the
# second cue for readers who do not see the difference.
USE_GROUPS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "homes": ("Homes", "H", "#56B4E9", ("home", "flats", "dwelling", "farm")),
    "public": (
        "Schools, health, public services",
        "P",
        "#0072B2",
        ("school", "university", "campus", "hospital", "care", "public", "worship"),
    ),
    "trade": (
        "Offices, shops, hotels",
        "S",
        "#009E73",
        ("office", "retail", "hotel", "restaurant"),
    ),
    "leisure": ("Leisure, pools", "L", "#CC79A7", ("leisure", "pool")),
    "industry": (
        "Industry, greenhouses, heat networks",
        "N",
        "#F0E442",
        ("industry", "greenhouse", "heat_network", "warehouse"),
    ),
    "other": ("Other uses", "O", "#8C8C8C", ("other",)),
}
GROUP_OF_USE = {use: group for group, (*_, uses) in USE_GROUPS.items() for use in uses}

# Pipe classes: largest DN, legend, colour, width in pixels, dashes. Darker, wider and less broken
# means larger.
PIPE_CLASSES = (
    (50, "up to DN 50", "#E69F00", 3.0, "6 4"),
    (100, "DN 65 to 100", "#D55E00", 4.5, "14 6"),
    (200, "DN 125 to 200", "#A23B00", 6.0, ""),
    (350, "DN 250 to 350", "#6B1F1A", 7.5, ""),
    (10_000, "DN 400 and more", "#2B0A0F", 9.5, ""),
)


def use_group(use: Any) -> str:
    """
    The legend group of a kind of use.

    Parameters
    ----------
    use
        Name in the demand-benchmarks table.

    Returns
    -------
    group
        Key of `USE_GROUPS`; ``"other"`` for a name without a group.

    Examples
    --------
    >>> use_group("flats"), use_group("observatory")
    ('homes', 'other')
    """
    return GROUP_OF_USE.get(str(use), "other")


def pipe_class(dn: Any) -> int:
    """
    The legend class of a nominal diameter.

    Parameters
    ----------
    dn
        For example ``"DN100"``.

    Returns
    -------
    index
        Position in `PIPE_CLASSES`; a pipe without a size counts as the smallest.

    Examples
    --------
    >>> pipe_class("DN100")
    1
    """
    digits = "".join(letter for letter in str(dn) if letter.isdigit())
    size = int(digits) if digits else 0
    return next(index for index, (largest, *_) in enumerate(PIPE_CLASSES) if size <= largest)
