"""
Heat pumps between a data centre's water and a heat network, solved at their own temperatures.

A `HeatPump` combines the pinch-solved cycle that `cycle_choice` selects with the efficiencies and
auxiliaries of real machines from ``data/heat_pumps.csv`` (see `efficiency`). It answers for one
link or for thousands: equal rows are solved once. A point that no machine can serve is NaN with a
reason in words. What a heat pump costs is decided in the siting room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatreach.data import wide

from .arrays import Numeric, as_array, broadcast, like_input
from .cycles.cycle_choice import AUTO, Choice, choose_cycle, refuse_variant, wrong_temperatures
from .cycles.efficiency import efficiency_by_size, lorenz_cop, reached_cop
from .cycles.pinch import Approaches, Cycle, evaporating_degc
from .errors import PhysicsRangeError
from .refrigerant import refrigerant as find_refrigerant
from .refrigerants.fluid import fluid_of

# Beyond these a figure is a slip of unit or sign, not a machine.
_MOST = {
    "auxiliary_share": 0.5,
    "evaporator_pinch_k": 50.0,
    "condenser_pinch_k": 50.0,
    "liquid_approach_k": 50.0,
    "superheat_k": 50.0,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeatPump:
    """
    Heat pump, or one per link if the efficiencies are arrays.

    Attributes
    ----------
    refrigerant
        Name of a refrigerant in ``data/refrigerants.csv``.
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
    variant
        Cycle: ``"auto"`` (the rule of `cycle_choice`), ``"single"``, ``"ihx"``, ``"two_stage"``,
        ``"intercooled"`` or, for carbon dioxide, ``"transcritical"``.

    Raises
    ------
    PhysicsRangeError
        If an efficiency is not in 0–1, the auxiliary share not in 0–0.5, a temperature difference
        not in 0–50 K, the liquid approach is smaller than the pinch, or the refrigerant cannot run
        the cycle; also in its methods, if waters and efficiencies differ in shape.
    RefrigerantError
        If the refrigerant is not modelled.

    Notes
    -----
    One isentropic efficiency over-predicts the COP at small lift, which is what data-centre sources
    ask for. Therefore the efficiency falls below a lift of 30 K (`efficiency.low_lift_factor`), and
    the electrical COP is held at or below 0.75 of the Lorenz COP and at or below Carnot's COP
    between the leaving waters; the column ``bounded`` of `operating_points` marks points so held.
    Machines of one class still differ by about ±10 %: see `cop_range`. Heat that the drive loses is
    not recovered.
    """

    refrigerant: str
    isentropic_efficiency: Numeric
    drive_efficiency: Numeric
    auxiliary_share: float
    evaporator_pinch_k: float
    condenser_pinch_k: float
    liquid_approach_k: float
    superheat_k: float
    variant: str = AUTO

    def __post_init__(self) -> None:
        """Refuse machines that cannot exist."""
        refuse_variant(find_refrigerant(self.refrigerant), self.variant)
        for name in ("isentropic_efficiency", "drive_efficiency"):
            values = as_array(getattr(self, name))
            if not np.all((values > 0.0) & (values <= 1.0)):
                raise PhysicsRangeError(f"{name} must be above 0 and at most 1, not {values}")
        for name, most in _MOST.items():
            value = getattr(self, name)
            # NaN fails the comparison too.
            if not 0.0 <= value <= most:
                unit = " K" if name.endswith("_k") else ""
                raise PhysicsRangeError(
                    f"{name} {value:g}{unit} is outside 0 to {most:g}{unit};"
                    " give the figure of a machine"
                )
        if not 0.0 < self.condenser_pinch_k <= self.liquid_approach_k:
            raise PhysicsRangeError(
                f"liquid approach {self.liquid_approach_k:g} K must be at least the condenser"
                f" pinch {self.condenser_pinch_k:g} K, and the pinch above 0 K"
            )

    @classmethod
    def sized(cls, heat_kw: Numeric, refrigerant: str, variant: str = AUTO) -> HeatPump:
        """
        Heat pump of a given output with efficiencies and approaches from the tables.

        Parameters
        ----------
        heat_kw
            Heat output [kW]; one value, or one per link.
        refrigerant
            Name of a refrigerant.
        variant
            Cycle, see the class.

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
        approaches = {name: float(row[name]) for name in kept}
        return cls(refrigerant=refrigerant, variant=variant, **efficiencies, **approaches)

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
        # The points are known to go together by now.
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
            drawn from the source per heat delivered), ``evaporating_degc``, ``condensing_degc``
            (dew points; the latter NaN above the critical point), ``discharge_degc``,
            ``condensing_bar`` (or pressure of the gas cooler), ``bounded`` (COP held at its share
            of Lorenz or at Carnot), ``variant`` (the cycle used, '' where the waters make no
            sense) and ``reason`` ('' if the point can be served).
        """
        *water, isentropic, drive = (
            array.ravel()
            for array in broadcast(
                source_in_degc=source_in_degc,
                source_out_degc=source_out_degc,
                sink_in_degc=sink_in_degc,
                sink_out_degc=sink_out_degc,
                isentropic_efficiency=self.isentropic_efficiency,
                drive_efficiency=self.drive_efficiency,
            )
        )
        source_in, source_out, sink_in, sink_out = water
        reason = wrong_temperatures(source_in, source_out, sink_in, sink_out)
        cold = as_array(evaporating_degc(source_in, source_out, self.approaches))
        rows = np.stack([cold, sink_in, sink_out, isentropic], axis=1)
        points = self._cycles(rows, reason)
        reached = reached_cop(
            np.where(points["reason"] == "", points["shaft_cop"], np.nan),
            (points["condensing_degc"] - points["evaporating_degc"]).to_numpy(),
            (source_in, source_out, sink_in, sink_out),
            drive_efficiency=drive,
            auxiliary_share=self.auxiliary_share,
        )
        points.insert(0, "cop", reached.cop)
        points["shaft_cop"] = reached.shaft_cop
        points["lorenz_cop"] = lorenz_cop(source_in, source_out, sink_in, sink_out)
        points["source_share"] = 1.0 - 1.0 / reached.shaft_cop
        points["bounded"] = reached.bounded
        return points

    @property
    def approaches(self) -> Approaches:
        """
        Temperature differences that the machine's heat exchangers keep.

        Returns
        -------
        approaches
            As `pinch` takes them.
        """
        return Approaches(
            self.evaporator_pinch_k,
            self.condenser_pinch_k,
            self.liquid_approach_k,
            self.superheat_k,
        )

    def _cycles(self, rows: npt.NDArray[np.float64], wrong: npt.NDArray[np.str_]) -> pd.DataFrame:
        """Solve each different row once; rows already known to be wrong stay NaN."""
        right = wrong == ""
        distinct, back = np.unique(rows[right], axis=0, return_inverse=True)
        choices = self._choices(distinct)
        solved = np.full((len(rows), len(Cycle._fields)), np.nan)
        names = np.full((len(rows), 2), "", dtype=object)
        names[:, 1] = wrong
        if choices:
            solved[right] = np.array([choice.cycle for choice in choices])[back.ravel()]
            said = np.array([(choice.variant, choice.reason) for choice in choices], dtype=object)
            names[right] = said[back.ravel()]
        points = pd.DataFrame(solved, columns=list(Cycle._fields))
        return points.assign(variant=names[:, 0].astype(str), reason=names[:, 1].astype(str))

    def _choices(self, rows: npt.NDArray[np.float64]) -> list[Choice]:
        """Cycle of each row: evaporating temperature, sink in, sink out, efficiency."""
        limits = find_refrigerant(self.refrigerant)
        fluid = fluid_of(limits.key)
        return [
            choose_cycle(
                fluid,
                limits,
                cold,
                (sink_in, sink_out),
                approaches=self.approaches,
                isentropic_efficiency=isentropic,
                variant=self.variant,
            )
            for cold, sink_in, sink_out, isentropic in rows.tolist()
        ]


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
        Name of a refrigerant in ``data/refrigerants.csv``.
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
