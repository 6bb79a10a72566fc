"""What the working fluids are: rules of law, states, blends. Public face: `refrigerant`."""
