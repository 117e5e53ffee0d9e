"""Figures of a network by arithmetic: parameters, MACs, receptive field, smallest input."""

from __future__ import annotations

from archspec.analysis.bounds import check_parameters, too_large
from archspec.analysis.cost import Cost, costs, macs, parameters
from archspec.analysis.expectations import check_expectations
from archspec.analysis.receptive_field import Field, fields, receptive_field
from archspec.analysis.smallest import sides, with_smallest_input

__all__ = [
    "Cost",
    "Field",
    "check_expectations",
    "check_parameters",
    "costs",
    "fields",
    "macs",
    "parameters",
    "receptive_field",
    "sides",
    "too_large",
    "with_smallest_input",
]
