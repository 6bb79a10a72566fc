"""Parts of an appraisal: prices, present heat, machine costs, carbon. Public face: `appraise`."""
