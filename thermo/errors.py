"""Errors of the thermo room."""


class PhysicsRangeError(ValueError):
    """A temperature, size or share outside the range in which a formula holds."""


class RefrigerantError(LookupError):
    """A refrigerant that heatreach does not model."""
