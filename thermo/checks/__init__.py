"""Checks from outside: published correlations and machines beside ours."""
