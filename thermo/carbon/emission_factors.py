"""
What a kilowatt-hour of fuel or electricity emits, and what is counted in it.

Three questions decide a factor and are arguments here: the calorific value a fuel is counted on,
whether the supply of fuel and electricity is counted (well to tank), and, for electricity, the
basis (``direct``: generation only; ``lifecycle``: with fuel supply and plants; ``marginal``: what
the next kilowatt-hour emits). How factors move over the years is in `grid`, what they amount to in
`emissions`. The figures are the rows of ``data/emission_factors.csv``.

Like for like: a ``lifecycle`` factor holds the supply of the power stations' fuel, a combustion
factor of gas does not hold that of gas. Comparing the two, as is done unless ``upstream`` is set,
counts against the heat pump; with ``upstream`` both sides carry their supply. It is never added to
a ``lifecycle`` factor, which would count it twice.
"""

from __future__ import annotations

from typing import NamedTuple

from heatreach.data import TableError, assumption

from ..errors import PhysicsRangeError

TABLE = "emission_factors"
ELECTRICITY = "electricity"
BASES = ("lifecycle", "direct", "marginal")
CALORIFIC = ("gross", "net")


class GridFactor(NamedTuple):
    """Emission factor by part [kg CO2e/kWh]; total = generation + upstream + both of the losses."""

    generation_kg_per_kwh: float
    upstream_kg_per_kwh: float
    losses_kg_per_kwh: float
    losses_upstream_kg_per_kwh: float
    total_kg_per_kwh: float


def fuel_factor(
    fuel: str, *, calorific_basis: str = "gross", upstream: bool = False, region: str = ""
) -> float:
    """
    Emission factor of a fuel, or of heat from a network [kg CO2e/kWh].

    Parameters
    ----------
    fuel
        ``"gas"``, ``"oil"`` or ``"district_heat"``; electricity is in `electricity_factor`.
    calorific_basis
        ``"gross"`` or ``"net"``: per kWh of which calorific value, which must be that of the
        boiler's efficiency; heat from a network has none and ignores it.
    upstream
        Whether extraction, transport and leaks on the way are added (well to tank). The factor of
        a heat network is a local figure or a guess that spans them, and nothing is added to it.
    region
        ISO 3166-1 alpha-2 code; blank for the general rows.

    Returns
    -------
    factor
        Direct emissions of combustion, with upstream emissions if asked for.

    Raises
    ------
    PhysicsRangeError
        If the calorific basis is unknown or the fuel is electricity.
    TableError
        If there is no such fuel.

    Notes
    -----
    The seasonal emissions of heat are ``factor / efficiency``; with the gross and the net pair of
    factor and efficiency they are the same.

    Examples
    --------
    >>> fuel_factor("gas", region="GB"), round(fuel_factor("gas", upstream=True, region="GB"), 5)
    (0.183, 0.21321)
    """
    if fuel == ELECTRICITY:
        raise PhysicsRangeError(
            "electricity is no fuel with a calorific value; see the grid factor"
        )
    if fuel == "district_heat":
        return assumption(TABLE, fuel, "co2e_kg_per_kwh", region).value
    if calorific_basis not in CALORIFIC:
        known = " or ".join(CALORIFIC)
        raise PhysicsRangeError(f"calorific basis {calorific_basis!r} is not known; give {known}")
    burnt = assumption(TABLE, fuel, f"co2e_{calorific_basis}_kg_per_kwh", region).value
    supply = f"upstream_{calorific_basis}_kg_per_kwh"
    return burnt + (assumption(TABLE, fuel, supply, region).value if upstream else 0.0)


def electricity_factor(
    region: str = "", *, basis: str = "lifecycle", upstream: bool = False, losses: bool = False
) -> GridFactor:
    """
    Emission factor of electricity today, by part [kg CO2e/kWh].

    Parameters
    ----------
    region
        ISO 3166-1 alpha-2 code; a country without a row gets the general one.
    basis
        ``"lifecycle"``, ``"direct"`` or ``"marginal"``.
    upstream
        Whether the supply of the power stations' fuel is added. A ``lifecycle`` factor has it
        already and stays as it is.
    losses
        Whether the losses of the grid are added, so that the factor counts per kWh at the meter.

    Returns
    -------
    factor
        Parts and total; use ``total_kg_per_kwh``.

    Raises
    ------
    PhysicsRangeError
        If the basis is unknown.

    Notes
    -----
    Where a country has rows for upstream and losses (Great Britain) they are taken for the direct
    basis; elsewhere, and for the other bases, shares of generation: of the country if its rows give
    them, else the general guess. ``losses upstream`` is the supply of what the grid loses.

    Examples
    --------
    >>> electricity_factor("GB", basis="direct").total_kg_per_kwh
    0.177
    >>> full = electricity_factor("GB", basis="direct", upstream=True, losses=True)
    >>> round(full.total_kg_per_kwh, 4)
    0.2454
    """
    if basis not in BASES:
        raise PhysicsRangeError(f"basis {basis!r} is not known; give one of {', '.join(BASES)}")
    generation = assumption(TABLE, ELECTRICITY, f"co2e_{basis}_kg_per_kwh", region).value
    supplied = upstream and basis != "lifecycle"
    supply = _part("upstream", region, basis, generation) if supplied else 0.0
    lost = _part("transmission_loss", region, basis, generation) if losses else 0.0
    both = _lost_supply(region, basis, supply) if supplied and losses else 0.0
    return GridFactor(generation, supply, lost, both, generation + supply + lost + both)


def has_own_factor(region: str, *, basis: str) -> bool:
    """
    Whether a country has an electricity factor of its own on a basis.

    Parameters
    ----------
    region
        ISO 3166-1 alpha-2 code.
    basis
        As for `electricity_factor`.

    Returns
    -------
    own
        False where the general row stands in for the country, which a study must say.

    Examples
    --------
    >>> has_own_factor("FI", basis="lifecycle"), has_own_factor("FI", basis="direct")
    (True, False)
    """
    return assumption(TABLE, ELECTRICITY, f"co2e_{basis}_kg_per_kwh", region).region == region


def _part(name: str, region: str, basis: str, generation: float) -> float:
    """Upstream emissions or losses that belong to a factor of generation."""
    own = _own(f"{name}_kg_per_kwh", region)
    if own is not None and basis == "direct":
        return own
    return generation * _share(name, region)


def _lost_supply(region: str, basis: str, supply: float) -> float:
    """Upstream emissions of the energy that the grid loses."""
    own = _own("transmission_upstream_kg_per_kwh", region)
    if own is not None and basis == "direct":
        return own
    return supply * _share("transmission_loss", region)


def _share(name: str, region: str) -> float:
    """Upstream emissions or losses over direct generation, of the country or in general."""
    own, direct = _own(f"{name}_kg_per_kwh", region), _own("co2e_direct_kg_per_kwh", region)
    if own is None or direct is None:
        return assumption(TABLE, ELECTRICITY, f"{name}_share").value
    return own / direct


def _own(parameter: str, region: str) -> float | None:
    """Figure of the country's own row, if it has one."""
    try:
        row = assumption(TABLE, ELECTRICITY, parameter, region)
    except TableError:
        return None
    return row.value if row.region == region and region else None
