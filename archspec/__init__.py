"""archspec: a declarative compiler for neural architectures.

>>> import archspec
>>> net = archspec.load("resnet34", num_classes=10)
>>> net.parameters
21289802
>>> module = net.build()
"""

from archspec.api import Architecture, load, loads
from archspec.errors import Diagnostic, SpecError
from archspec.plugins import PluginError
from archspec.version import __version__

__all__ = ["Architecture", "Diagnostic", "PluginError", "SpecError", "__version__", "load", "loads"]
