"""
Names of what consumers pay and spare: the money lines that come with each consumer.

`terms` works them out per consumer, links and projects add them up, `bill` takes them as they are.
A line of `HEAT_LINES` follows the heat delivered, the others come with the consumer.
"""

from __future__ import annotations

FUELS = ("gas", "oil", "electricity", "district_heat")
"""What heats consumers today; a tariff may follow the price of each."""
BOILER, GIVEN = "boiler", "given"
TARIFF_LINES = tuple(f"tariff_{part}" for part in (*FUELS, BOILER, GIVEN))
"""Price of heat by what it follows: a fuel, the cost of an own boiler, or the user's word."""
SPARED_LINES = tuple(f"spared_{part}" for part in (*FUELS, BOILER))
"""What consumers no longer spend."""
HEAT_LINES = (*TARIFF_LINES, *SPARED_LINES)
PER_CONSUMER = ("customer_service", "standing_charge", "connection_charge")
CONSUMER_LINES = (*HEAT_LINES, *PER_CONSUMER)
PRESENT_EMISSIONS = {fuel: f"present_{fuel}_t_co2e" for fuel in FUELS if fuel != "electricity"}
"""What heats consumers today and emits where it is burnt; no money, but it follows the heat."""
