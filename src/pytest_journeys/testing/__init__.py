"""Doubles that keep the contracts of the ports."""
