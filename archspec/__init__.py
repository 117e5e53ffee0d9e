"""archspec: a declarative compiler for neural architectures.

>>> import archspec
>>> net = archspec.load("resnet34", num_classes=10)
>>> net.parameters
21289802
>>> module = net.build(device="meta")

A spec that is wrong is told with every place, and nothing is built:

>>> try:
...     archspec.loads("{name: Tiny, input: [3, 8, 8], net: [{Linaer: 4}]}")
... except archspec.SpecError as error:
...     print(error.diagnostics[0].message, "-", error.diagnostics[0].help)
unknown op `Linaer` - did you mean `Linear`?
"""

from archspec.api import load, loads
from archspec.architecture import Architecture, family_source
from archspec.errors import Diagnostic, SpecError
from archspec.plugins import PluginError
from archspec.second_name import DISTRIBUTION as DISTRIBUTION
from archspec.version import __version__

__all__ = [
    "Architecture",
    "Diagnostic",
    "PluginError",
    "SpecError",
    "__version__",
    "family_source",
    "load",
    "loads",
]
