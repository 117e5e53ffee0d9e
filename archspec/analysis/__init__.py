"""Figures of a network by arithmetic: parameters, MACs, memory, receptive field, smallest input."""

from __future__ import annotations

from archspec.analysis.arguments import Argument, arguments
from archspec.analysis.bounds import check_parameters, too_large
from archspec.analysis.cost import Cost, cost, costs, macs, parameters, training_parameters
from archspec.analysis.expectations import check_expectations
from archspec.analysis.frozen import frozen
from archspec.analysis.memory import DTYPES, ONE, Alive, Kept, Peak, Setting, kept, peak, written
from archspec.analysis.opened import opened
from archspec.analysis.readings import check_readings, misread
from archspec.analysis.receptive_field import Field, fields, last_field, receptive_field
from archspec.analysis.sides import sides
from archspec.analysis.smallest import with_smallest_input
from archspec.analysis.unused import check_overriding, unused

__all__ = [
    "DTYPES",
    "ONE",
    "Alive",
    "Argument",
    "Cost",
    "Field",
    "Kept",
    "Peak",
    "Setting",
    "arguments",
    "check_expectations",
    "check_overriding",
    "check_parameters",
    "check_readings",
    "cost",
    "costs",
    "fields",
    "frozen",
    "kept",
    "last_field",
    "macs",
    "misread",
    "opened",
    "parameters",
    "peak",
    "receptive_field",
    "sides",
    "too_large",
    "training_parameters",
    "unused",
    "with_smallest_input",
    "written",
]
