"""The table of a network: a row per node or group, totals below, in the forms that people use.

>>> import archspec
>>> data = as_data(archspec.load("lenet").network, by="op")
>>> [(group["name"], group["parameters"]) for group in data["groups"] if group["parameters"]]
[('Conv2d', 2572), ('Linear', 41854)]
"""

from __future__ import annotations

from archspec.tables.columns import COLUMNS
from archspec.tables.data import as_data
from archspec.tables.grouping import GROUPS, Group, groups
from archspec.tables.layout import summary, table
from archspec.tables.rows import Row, rows
from archspec.tables.text import NARROWEST, Table, field_text, text

__all__ = [
    "COLUMNS",
    "GROUPS",
    "NARROWEST",
    "Group",
    "Row",
    "Table",
    "as_data",
    "field_text",
    "groups",
    "rows",
    "summary",
    "table",
    "text",
]
