"""What a project costs, earns and emits, year by year. Public face: `appraise`."""
