"""Made-up energies of projects for the tests of their appraisal under uncertainty."""

from __future__ import annotations

import pandas as pd

from heatreach.thermo import CENTRAL


def energies(count: int = 1, **changes: object) -> pd.DataFrame:
    """Projects of 1 MW and 4,000 hours at a COP of 4, each somewhat larger than the one before."""
    row = {
        "option": CENTRAL,
        "heat_mwh": 4000.0,
        "heat_low_mwh": 3000.0,
        "heat_high_mwh": 5200.0,
        "loss_mwh": 400.0,
        "pumping_mwh": 40.0,
        "feed_peak_kw": 2000.0,
        "heat_pump_kw": 1000.0,
        "exchanger_kw": 0.0,
        "store_mwh": 5.0,
        "boiler_kw": 2000.0,
        "heat_pump_mwh": 3960.0,
        "backup_mwh": 440.0,
        "electricity_mwh": 990.0,
        "source_mwh": 2970.0,
        "cop": 4.0,
        "cop_low": 3.5,
        "cop_high": 4.6,
        "machine_cop": 4.2,
        "substation_upkeep": 5000.0,
        "customer_service": 6000.0,
        "standing_charge": 0.0,
        "connection_charge": 0.0,
        "tariff_gas": 560_000.0,
        "tariff_boiler": 90_000.0,
        "spared_gas": 622_000.0,
        "spared_boiler": 100_000.0,
        "present_t_co2e": 900.0,
        "present_electricity_mwh": 0.0,
        "embodied_t_co2e": 50.0,
        "cooling_credit_mwh": 300.0,
        "water_credit_m3": 500.0,
        "bore_capex": 0.0,
    }
    for name in ("pipe_capex", "substation_capex"):
        row |= {name: 400_000.0, f"{name}_low": 320_000.0, f"{name}_high": 600_000.0}
    grown = ("heat_mwh", "heat_low_mwh", "heat_high_mwh", "tariff_gas", "spared_gas")
    rows = []
    for number in range(count):
        larger = {name: float(str(row[name])) * (1.0 + 0.05 * number) for name in grown}
        rows.append(row | larger | changes)
    return pd.DataFrame(rows, index=[f"P-{number}" for number in range(count)])
