"""
Published figures of large heat pumps beside the engine's, which is not fitted to them.

The points of the Danish technology catalogue, the data-centre plants whose figures are public, and
the two correlations of `correlations` over the lift. Figures are rows of
``data/published_machines.csv``; what a plant means by its source temperature and by its COP is in
``data/published_plants.csv``. The band of real machines is `efficiency.cop_range`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import assumption, load_table

from ..arrays import Numeric, as_array, like_input, refuse_outside
from ..cycles.efficiency import lorenz_cop, low_lift_factor
from ..errors import PhysicsRangeError
from ..heat_pump import HeatPump
from ..refrigerant import refrigerant as find_refrigerant
from ..refrigerant import refrigerant_names
from .correlations import jensen_cop, jesper_cop

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

_TABLE = "published_machines"
_COLUMN = {"electrical": "cop", "shaft": "shaft_cop"}
# First lift, end and step of the table [K].
_LIFTS = (10.0, 61.0, 5.0)
_WATER = ("source_in_degc", "source_out_degc", "sink_in_degc", "sink_out_degc")


def heating_cop(combined_cop: Numeric) -> Numeric:
    """
    COP of heating from a figure that counts the heat and the cold [-].

    Parameters
    ----------
    combined_cop
        Heat delivered plus cold delivered, per electricity [-].

    Returns
    -------
    cop
        Heat delivered per electricity.

    Raises
    ------
    PhysicsRangeError
        If the figure is below 1.

    Notes
    -----
    Heat is cold plus electricity, so ``COP = (combined + 1) / 2``.

    Examples
    --------
    >>> round(heating_cop(6.6), 1)
    3.8
    """
    figure = refuse_outside(
        combined_cop, 1.0, np.inf, what="combined COP", unit="", advice="check what was counted"
    )
    return like_input(as_array((figure + 1.0) / 2.0))


def comparison_table() -> pd.DataFrame:
    """
    Published points of the catalogue and of plants beside the exact heat pump, one row each.

    Returns
    -------
    table
        Columns ``title``, ``source`` (key in ``data/sources.csv``), ``refrigerant``,
        ``source_means`` (what the published source temperature is of), ``cop_means``
        (``"electrical"``, or ``"shaft"`` without drive loss and auxiliaries; the engine's figures
        are of the same kind), the four water temperatures, ``machine_kw``, ``published_cop``,
        ``engine_fluid``, ``engine_cycle``, ``engine_cop``, ``engine_low``, ``engine_high`` (least
        and largest COP over all fluids that can, without carbon dioxide, which asks for colder
        returns),
        ``deviation_share`` (engine per published, less one), ``within_band`` (whether the deviation
        is inside the band of machines; missing where there is none) and ``remark``. A number that
        is not published or cannot be computed is NaN.

    Notes
    -----
    The engine runs at each plant's size and fluid; if it refuses that fluid, the first of
    ``data/refrigerants.csv`` that it does not, with the reason in the remark. Where a plant gives
    no temperature of return or of cooled source, the glides of ``data/claim_inputs.csv``
    (``reference``) stand in, and the remark says so.

    Examples
    --------
    >>> table = comparison_table().set_index("title")
    >>> bool(table["engine_cop"].max() < 8.0)
    True
    """
    plants = load_table("published_plants").set_index("name")
    rows: list[dict[str, object]] = []
    for name, plant in plants.iterrows():
        point, refused = _point(str(name), str(plant["refrigerant"]), str(plant["cop_means"]))
        words = ("title", "source", "refrigerant", "source_means", "cop_means")
        remark = "; ".join(filter(None, [str(plant["remark"]), refused]))
        rows.append({**{word: plant[word] for word in words}, **point, "remark": remark})
    table = pd.DataFrame(rows)
    band = assumption("heat_pumps", "machine", "cop_band_share").value
    inside = (table["deviation_share"].abs() <= band).astype("boolean")
    table.insert(
        len(table.columns) - 1, "within_band", inside.where(table["deviation_share"].notna())
    )
    return table


def lift_table(
    sink_out_degc: float,
    refrigerant: str,
    *,
    heat_kw: float,
    source_cooling_k: float,
    sink_glide_k: float,
) -> pd.DataFrame:
    """
    Exact heat pump beside the correlations from small to large lift.

    Parameters
    ----------
    sink_out_degc
        Supply temperature [°C].
    refrigerant
        Name of a refrigerant.
    heat_kw
        Size of the machine [kW].
    source_cooling_k, sink_glide_k
        How far the source is cooled and the sink warmed [K].

    Returns
    -------
    table
        One row per lift of 10 to 60 K: ``lift_k``, ``jesper_cop`` (NaN outside its range),
        ``jensen_cop`` (isobutane), ``engine_cop``, ``constant_cop`` (the same cycle if its
        efficiency did not fall at small lift), ``variant``, ``deviation_share`` and
        ``constant_deviation_share`` (of both, from Jesper).

    Examples
    --------
    >>> glides = dict(source_cooling_k=8.0, sink_glide_k=20.0)
    >>> lift_table(60.0, "R600a", heat_kw=1000.0, **glides)["lift_k"].tolist()[:3]
    [10.0, 15.0, 20.0]
    """
    lifts = np.arange(*_LIFTS)
    source_in = sink_out_degc - lifts
    water = (
        source_in,
        source_in - source_cooling_k,
        np.full_like(lifts, sink_out_degc - sink_glide_k),
        np.full_like(lifts, sink_out_degc),
    )
    machine = HeatPump.sized(heat_kw, refrigerant)
    points = machine.operating_points(*water)
    table = pd.DataFrame(
        {
            "lift_k": lifts,
            "jesper_cop": [_jesper_or_nan(source, sink_out_degc) for source in source_in],
            "jensen_cop": jensen_cop(*water, fluid="isobutane"),
            "engine_cop": points["cop"],
            "constant_cop": _constant_cop(machine, points),
            "variant": points["variant"],
        }
    )
    table["deviation_share"] = table["engine_cop"] / table["jesper_cop"] - 1.0
    table["constant_deviation_share"] = table["constant_cop"] / table["jesper_cop"] - 1.0
    return table


def _jesper_or_nan(source_in_degc: float, sink_out_degc: float) -> float:
    """Correlation of Jesper, NaN outside its range."""
    try:
        return float(as_array(jesper_cop(source_in_degc, sink_out_degc)))
    except PhysicsRangeError:
        return math.nan


def _constant_cop(machine: HeatPump, points: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Electrical COP of solved cycles if the isentropic efficiency did not fall at small lift."""
    lift = (points["condensing_degc"] - points["evaporating_degc"]).to_numpy()
    factor = as_array(low_lift_factor(lift))
    shaft = 1.0 + (points["shaft_cop"].to_numpy() - 1.0) / factor
    drive = as_array(machine.drive_efficiency)
    return as_array(1.0 / (1.0 / (shaft * drive) + machine.auxiliary_share))


def _point(name: str, refrigerant: str, means: str) -> tuple[dict[str, float | str], str]:
    """Temperatures, published and engine COP of one plant, and why its own fluid is refused."""
    known = _known(name)
    water, size = _water(known), known.get("machine_kw", math.nan)
    published = _published_cop(known)
    cops: dict[str, tuple[float, str]] = {}
    refused = ""
    if not any(math.isnan(t) for t in water):
        cops, refused = _every_fluid(refrigerant, size, water, _COLUMN[means])
    fluid = refrigerant if refrigerant in cops else next(iter(cops), "")
    engine, cycle = cops.get(fluid, (math.nan, ""))
    every = [cop for cop, _ in cops.values()]
    return {
        **dict(zip(_WATER, water, strict=True)),
        "machine_kw": size,
        "published_cop": published,
        "engine_fluid": fluid,
        "engine_cycle": cycle,
        "engine_cop": engine,
        "engine_low": min(every, default=math.nan),
        "engine_high": max(every, default=math.nan),
        "deviation_share": engine / published - 1.0,
    }, refused


def _every_fluid(
    own: str, heat_kw: float, water: tuple[float, float, float, float], column: str
) -> tuple[dict[str, tuple[float, str]], str]:
    """COP and cycle by fluid that serves a point, and why the plant's own fluid does not."""
    cops: dict[str, tuple[float, str]] = {}
    refused = ""
    for key in refrigerant_names():
        if find_refrigerant(key).kind == "transcritical":
            continue
        point = HeatPump.sized(heat_kw, key).operating_points(*water).iloc[0]
        if not point["reason"]:
            cops[key] = float(point[column]), str(point["variant"])
        elif key == own:
            refused = str(point["reason"])
    return cops, refused


def _known(name: str) -> dict[str, float]:
    """Figures of one plant by parameter."""
    rows = load_table(_TABLE)
    mine = rows[rows["name"] == name]
    return dict(zip(mine["parameter"], mine["value"].tolist(), strict=True))


def _water(known: Mapping[str, float]) -> tuple[float, float, float, float]:
    """Four water temperatures, with reference glides where a plant states one end only."""
    source, sink = known.get("source_in_degc", math.nan), known.get("sink_out_degc", math.nan)
    return (
        float(source),
        float(known.get("source_out_degc", source - _reference("source_cooling_k"))),
        float(known.get("sink_in_degc", sink - _reference("sink_glide_k"))),
        float(sink),
    )


def _published_cop(known: Mapping[str, float]) -> float:
    """COP as published, or from a Lorenz share, a combined figure, or heat and cold outputs."""
    if "cop" in known:
        return float(known["cop"])
    if "lorenz_share" in known:
        return float(known["lorenz_share"] * as_array(lorenz_cop(*_water(known))))
    if "combined_cop" in known:
        return float(as_array(heating_cop(float(known["combined_cop"]))))
    if "cooling_kw" in known:
        return float(known["heat_kw"] / (known["heat_kw"] - known["cooling_kw"]))
    return math.nan


def _reference(parameter: str) -> float:
    """Glide that stands in where a publication names one end only."""
    return assumption("claim_inputs", "reference", parameter).value
