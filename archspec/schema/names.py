"""Which names a spec may give.

A child's name becomes an attribute of an `nn.Module` and text in emitted source, so it must be a
plain identifier that shadows nothing.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable
from typing import Final

IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CHILD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*")
TEMPLATE: Final = re.compile(r"<([A-Za-z_][A-Za-z0-9_]*)>")
LENGTH: Final = 64

# Every attribute of `torch.nn.Module`; a test holds this against the installed torch.
MODULE_ATTRIBUTES: Final = frozenset(
    """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules
    named_parameters parameters register_backward_hook register_buffer register_forward_hook
    register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu
    zero_grad
    """.split()  # noqa: SIM905 - a wall of quotes says no more
)

_RESERVED: Final = {
    "input": "the body's input",
    "nn": "PyTorch's module",
    "torch": "PyTorch",
    "math": "a module of the emitted source",
    "self": "the module itself",
    "x": "the tensor in emitted source",
    "index": "the counter of a repeat",
    "training": "the mode",
    "Tensor": "PyTorch's tensor",
    "NamedTuple": "a class of Python's that the emitted source imports",
}


def problem(name: str, ops: Iterable[str] = ()) -> str:
    """Return why a name cannot be given to a child, block, var or network; empty if it can."""
    if len(name) > LENGTH:
        return f"a name has at most {LENGTH} characters"
    if not IDENTIFIER.fullmatch(name):
        return "a name is letters, digits and underscores, and does not begin with a digit"
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        return f"`{name}` is a keyword of Python"
    if name in MODULE_ATTRIBUTES or name.startswith("_"):
        return f"`{name}` belongs to `torch.nn.Module`, or may one day"
    if name in _RESERVED:
        return f"`{name}` is {_RESERVED[name]}"
    if name in ops:
        return f"`{name}` is an op"
    return ""


def child_problem(name: str, ops: Iterable[str] = ()) -> str:
    """Return why a name cannot be given to a child; unlike others it may hold hyphens."""
    return problem(name.replace("-", "_") if CHILD.fullmatch(name) else name, ops)


def class_problem(name: str, ops: Iterable[str] = ()) -> str:
    """Return why a name cannot be given to a block or network, which becomes a class."""
    if hasattr(builtins, name):
        return f"`{name}` is a builtin of Python"
    return problem(name, ops)
