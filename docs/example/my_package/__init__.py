"""Layers of our own, and what archspec is told of them."""
