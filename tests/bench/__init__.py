"""Measurements: each prints how its subject compares with a reference measured in the same run."""
