"""What a `forward` does: the values in their order, in variables, one written inside another."""
