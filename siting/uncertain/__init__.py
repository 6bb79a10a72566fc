"""How sure a plan is: what is drawn, how far figures spread, and what moves them most."""
