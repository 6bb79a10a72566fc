"""
Heat pumps between a data centre's water and a heat network, solved at their own temperatures.

A `HeatPump` combines the pinch-solved cycle of `pinch` with the efficiencies, auxiliaries and
limits of real machines from ``data/heat_pumps.csv`` and ``data/refrigerants.csv``. It answers for
one link or for thousands: equal rows are solved once. A point that no machine can serve is NaN with
a reason in words. What a heat pump costs is decided in the siting room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatreach.data import assumption, wide

from .arrays import Numeric, as_array, like_input
from .efficiency import efficiency_by_size, lorenz_cop
from .errors import PhysicsRangeError
from .fluid import Fluid
from .pinch import Approaches, Cycle, solve_cycle
from .refrigerant import Refrigerant
from .refrigerant import refrigerant as find_refrigerant

# Water outside this range is not what an evaporator or condenser of these machines sees.
_COLDEST_DEGC, _WARMEST_DEGC = -20.0, 150.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeatPump:
    """
    Single-stage heat pump, or one per link if the efficiencies are arrays.

    Attributes
    ----------
    refrigerant
        Name of a pure refrigerant in ``data/refrigerants.csv``.
    isentropic_efficiency, drive_efficiency
        Of the compressor, and of motor, inverter and gear together [-].
    auxiliary_share
        Electricity of controls, oil and evaporator pumps per heat delivered [-].
    evaporator_pinch_k, condenser_pinch_k
        Smallest temperature differences to the waters [K].
    liquid_approach_k
        Liquid leaving the condenser above the returning sink water [K]; at least the pinch.
    superheat_k
        Suction gas above the evaporating temperature [K].

    Raises
    ------
    PhysicsRangeError
        If an efficiency is not in 0–1 or the liquid approach is smaller than the pinch.
    RefrigerantError
        If the refrigerant is not modelled.

    Notes
    -----
    One isentropic efficiency over-predicts the COP at small lift, which is what data-centre sources
    ask for. Therefore the electrical COP is held at or below a share (0.75) of the Lorenz COP, the
    most that real machines reach, and the column ``bounded`` of `operating_points` marks such
    points. Machines of one class still differ by about ±10 %: see `cop_range`. Heat that the drive
    loses is not recovered.
    """

    refrigerant: str
    isentropic_efficiency: Numeric
    drive_efficiency: Numeric
    auxiliary_share: float
    evaporator_pinch_k: float
    condenser_pinch_k: float
    liquid_approach_k: float
    superheat_k: float

    def __post_init__(self) -> None:
        """Refuse machines that cannot exist."""
        find_refrigerant(self.refrigerant)
        for name in ("isentropic_efficiency", "drive_efficiency"):
            values = as_array(getattr(self, name))
            if not np.all((values > 0.0) & (values <= 1.0)):
                raise PhysicsRangeError(f"{name} must be above 0 and at most 1")
        if min(self.auxiliary_share, self.evaporator_pinch_k, self.superheat_k) < 0.0:
            raise PhysicsRangeError("auxiliary share, pinch and superheat cannot be negative")
        if not 0.0 < self.condenser_pinch_k <= self.liquid_approach_k:
            raise PhysicsRangeError(
                f"liquid approach {self.liquid_approach_k:g} K must be at least the condenser"
                f" pinch {self.condenser_pinch_k:g} K, and the pinch above 0 K"
            )

    @classmethod
    def sized(cls, heat_kw: Numeric, refrigerant: str) -> HeatPump:
        """
        Heat pump of a given output with efficiencies and approaches from the tables.

        Parameters
        ----------
        heat_kw
            Heat output [kW]; one value, or one per link.
        refrigerant
            Name of a pure refrigerant.

        Returns
        -------
        heat_pump
            Machine, or machines, of that size.

        Examples
        --------
        >>> HeatPump.sized(5000.0, "R717").isentropic_efficiency
        0.8
        """
        row = wide("heat_pumps").loc["machine"].to_dict()
        kept = (
            "auxiliary_share",
            "evaporator_pinch_k",
            "condenser_pinch_k",
            "liquid_approach_k",
            "superheat_k",
        )
        efficiencies = efficiency_by_size(heat_kw)._asdict()
        return cls(refrigerant=refrigerant, **efficiencies, **{k: float(row[k]) for k in kept})

    def cop(
        self,
        source_in_degc: Numeric,
        source_out_degc: Numeric,
        sink_in_degc: Numeric,
        sink_out_degc: Numeric,
    ) -> Numeric:
        """
        Electrical COP with drive losses and auxiliaries [-].

        Parameters
        ----------
        source_in_degc, source_out_degc
            Water entering and leaving the evaporator [°C].
        sink_in_degc, sink_out_degc
            Water entering and leaving the condenser [°C].

        Returns
        -------
        cop
            Heat delivered per electricity, NaN where no machine serves the point; shaped like the
            inputs.

        Examples
        --------
        >>> machine = HeatPump.sized(1000.0, "R600a")
        >>> round(machine.cop(30.0, 22.0, 40.0, 60.0), 1)
        5.1
        """
        points = self.operating_points(source_in_degc, source_out_degc, sink_in_degc, sink_out_degc)
        shape = np.broadcast_shapes(
            *(np.shape(t) for t in (source_in_degc, source_out_degc, sink_in_degc, sink_out_degc)),
            np.shape(self.isentropic_efficiency),
            np.shape(self.drive_efficiency),
        )
        return like_input(points["cop"].to_numpy().reshape(shape))

    def operating_points(
        self,
        source_in_degc: Numeric,
        source_out_degc: Numeric,
        sink_in_degc: Numeric,
        sink_out_degc: Numeric,
    ) -> pd.DataFrame:
        """
        Solved points, one row per link, with the reason where one cannot be served.

        Parameters
        ----------
        source_in_degc, source_out_degc
            Water entering and leaving the evaporator [°C].
        sink_in_degc, sink_out_degc
            Water entering and leaving the condenser [°C].

        Returns
        -------
        points
            Columns ``cop`` (electrical), ``shaft_cop``, ``lorenz_cop``, ``source_share`` (heat
            drawn from the source per heat delivered), ``evaporating_degc``, ``condensing_degc``,
            ``discharge_degc``, ``condensing_bar``, ``bounded`` (COP held at its share of Lorenz)
            and ``reason`` ('' if the point can be served).
        """
        *water, isentropic, drive = (
            array.ravel()
            for array in np.broadcast_arrays(
                as_array(source_in_degc),
                as_array(source_out_degc),
                as_array(sink_in_degc),
                as_array(sink_out_degc),
                as_array(self.isentropic_efficiency),
                as_array(self.drive_efficiency),
            )
        )
        limits = find_refrigerant(self.refrigerant)
        wrong = _wrong_temperatures(*water)
        cycles = self._cycles(np.stack([*water, isentropic], axis=1), wrong, limits)
        reason = np.where(wrong == "", _broken_limits(cycles, limits), wrong)
        return self._electrical(cycles, reason, drive, lorenz_cop(*water))

    def _cycles(
        self, rows: npt.NDArray[np.float64], wrong: npt.NDArray[np.str_], limits: Refrigerant
    ) -> dict[str, npt.NDArray[np.float64]]:
        """Solve each different row once; rows already known to be wrong stay NaN."""
        solved = np.full((len(rows), len(Cycle._fields)), np.nan)
        right = wrong == ""
        distinct, back = np.unique(rows[right], axis=0, return_inverse=True)
        fluid = Fluid(limits.key)
        approaches = Approaches(
            self.evaporator_pinch_k,
            self.condenser_pinch_k,
            self.liquid_approach_k,
            self.superheat_k,
        )
        cycles = [
            solve_cycle(
                fluid,
                (row[0], row[1], row[2], row[3]),
                approaches=approaches,
                isentropic_efficiency=row[4],
                max_condensing_degc=limits.max_condensing_degc,
            )
            for row in distinct.tolist()
        ]
        if cycles:
            solved[right] = np.array(cycles)[back.ravel()]
        return dict(zip(Cycle._fields, solved.T, strict=True))

    def _electrical(
        self,
        cycles: dict[str, npt.NDArray[np.float64]],
        reason: npt.NDArray[np.str_],
        drive: npt.NDArray[np.float64],
        lorenz: Numeric,
    ) -> pd.DataFrame:
        """Add drive loss, auxiliaries and the bound by Lorenz to solved cycles."""
        shaft = np.where(reason == "", cycles["shaft_cop"], np.nan)
        cop = 1.0 / (1.0 / (shaft * drive) + self.auxiliary_share)
        most = assumption("heat_pumps", "machine", "max_lorenz_share").value * as_array(lorenz)
        bounded = cop > most
        cop = np.where(bounded, most, cop)
        shaft = np.where(bounded, 1.0 / (drive * (1.0 / cop - self.auxiliary_share)), shaft)
        return pd.DataFrame(
            {
                "cop": cop,
                **cycles,
                "shaft_cop": shaft,
                "lorenz_cop": lorenz,
                "source_share": 1.0 - 1.0 / shaft,
                "bounded": bounded,
                "reason": reason,
            }
        )


def heat_pump_cop(
    refrigerant: str,
    source_in_degc: Numeric,
    source_out_degc: Numeric,
    sink_in_degc: Numeric,
    sink_out_degc: Numeric,
    *,
    heat_kw: Numeric,
) -> Numeric:
    """
    Electrical COP of heat pumps of given sizes, one per link [-].

    Parameters
    ----------
    refrigerant
        Name of a pure refrigerant in ``data/refrigerants.csv``.
    source_in_degc, source_out_degc
        Water entering and leaving the evaporator [°C].
    sink_in_degc, sink_out_degc
        Water entering and leaving the condenser [°C].
    heat_kw
        Heat output of each machine [kW], which sets its efficiency.

    Returns
    -------
    cop
        Heat delivered per electricity, NaN where no machine serves the point.

    Examples
    --------
    >>> import numpy as np
    >>> cops = heat_pump_cop("R600a", 30.0, 22.0, 40.0, 60.0, heat_kw=np.array([200.0, 5000.0]))
    >>> cops.round(1)
    array([4.7, 5.4])
    """
    machine = HeatPump.sized(heat_kw, refrigerant)
    return machine.cop(source_in_degc, source_out_degc, sink_in_degc, sink_out_degc)


def _wrong_temperatures(
    source_in: npt.NDArray[np.float64],
    source_out: npt.NDArray[np.float64],
    sink_in: npt.NDArray[np.float64],
    sink_out: npt.NDArray[np.float64],
) -> npt.NDArray[np.str_]:
    """Reason why water temperatures make no sense, '' where they do."""
    water = np.stack([source_in, source_out, sink_in, sink_out])
    return np.select(
        [
            ~np.isfinite(water).all(axis=0),
            ((water < _COLDEST_DEGC) | (water > _WARMEST_DEGC)).any(axis=0),
            source_out > source_in,
            sink_out < sink_in,
        ],
        [
            "a water temperature is missing",
            f"a water temperature is outside {_COLDEST_DEGC:g} to {_WARMEST_DEGC:g} °C",
            "the source water leaves warmer than it enters",
            "the sink water leaves colder than it enters",
        ],
        default="",
    )


def _broken_limits(
    cycles: dict[str, npt.NDArray[np.float64]], limits: Refrigerant
) -> npt.NDArray[np.str_]:
    """Reason why a solved cycle is beyond real machines, '' where it is not."""
    least = assumption("heat_pumps", "machine", "min_lift_k").value
    lift = cycles["condensing_degc"] - cycles["evaporating_degc"]
    # Where no condensing temperature was found the others are NaN and compare false.
    return np.select(
        [
            np.isnan(cycles["shaft_cop"]),
            lift < least,
            cycles["condensing_bar"] > limits.max_condensing_bar,
            cycles["discharge_degc"] > limits.max_discharge_degc,
        ],
        [
            f"{limits.key} would have to condense above {limits.max_condensing_degc:.0f} °C,"
            " too near its critical point; choose another refrigerant",
            f"the lift is below {least:g} K, too small for a compressor; use a heat exchanger",
            f"{limits.key} would condense above {limits.max_condensing_bar:g} bar;"
            " choose another refrigerant",
            f"{limits.key} would leave the compressor above {limits.max_discharge_degc:g} °C;"
            " choose another refrigerant or two stages",
        ],
        default="",
    )
