"""Which names a spec may give.

A child's name becomes an attribute of an `nn.Module` and text in emitted source, so it must be a
plain identifier that shadows nothing.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from typing import Final

IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CHILD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*")
TEMPLATE: Final = re.compile(r"<([A-Za-z_][A-Za-z0-9_]*)>")
LENGTH: Final = 64
_FORM: Final = "a name is letters, digits and underscores, and does not begin with a digit"

# Every attribute of `torch.nn.Module` and `torch.nn.Sequential`; a test holds this against the
# installed torch.
MODULE_ATTRIBUTES: Final = frozenset(
    """
    T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu
    cuda double dump_patches eval extend extra_repr float forward get_buffer get_extra_state
    get_parameter get_submodule half insert ipu load_state_dict modules mtia named_buffers
    named_children named_modules named_parameters parameters pop register_backward_hook
    register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
    set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
    """.split()  # noqa: SIM905 - a wall of quotes says no more
)

# Every builtin of Python; a test holds this against the running one.
BUILTINS: Final = frozenset(
    """
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup
    BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError
    ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError
    DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception
    ExceptionGroup FileExistsError FileNotFoundError FloatingPointError FutureWarning
    GeneratorExit IOError ImportError ImportWarning IndentationError IndexError InterruptedError
    IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError
    NameError NotADirectoryError NotImplemented NotImplementedError OSError OverflowError
    PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError
    RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration
    StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError
    TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError
    UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError abs
    aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod
    compile complex copyright credits delattr dict dir divmod enumerate eval exec exit filter
    float format frozenset getattr globals hasattr hash help hex id input int isinstance
    issubclass iter len license list locals map max memoryview min next object oct open ord pow
    print property quit range repr reversed round set setattr slice sorted staticmethod str sum
    super tuple type vars zip
    """.split()  # noqa: SIM905
)

SIZES: Final = ("in_channels", "in_features", "in_length", "in_depth", "in_height", "in_width")
"""Names of the sizes of what enters a body, which stand for nothing else in expressions."""

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
    "Sequential": "a numbered module of the language",
    "Any": "a class that emitted source imports",
    "OrderedDict": "a class that emitted source imports",
    "NamedTuple": "a class that emitted source imports",
    "cast": "a function that emitted source imports",
}


def is_taken(name: str) -> bool:
    """Tell whether a name belongs to every `torch.nn.Module`, or may one day."""
    return name in MODULE_ATTRIBUTES or name.startswith("_")


def child_problem(name: str, ops: Iterable[str] = ()) -> str:
    """Return why a name cannot be given to a child; empty if it can.

    Unlike others it may hold hyphens, and be that of a builtin: it is an attribute.
    """
    plain = name.replace("-", "_") if CHILD.fullmatch(name) else name
    if len(name) > LENGTH:
        return f"a name has at most {LENGTH} characters"
    if not IDENTIFIER.fullmatch(plain):
        return _FORM
    if keyword.iskeyword(plain) or keyword.issoftkeyword(plain):
        return f"`{plain}` is a keyword of Python"
    if is_taken(plain):
        return f"`{plain}` belongs to `torch.nn.Module`, or may one day"
    if plain in _RESERVED:
        return f"`{plain}` is {_RESERVED[plain]}"
    if plain in ops:
        return f"`{plain}` is an op"
    return ""


def problem(name: str, ops: Iterable[str] = ()) -> str:
    """Return why a name cannot be given to a block, var or network; empty if it can."""
    if "-" in name:
        return _FORM
    if name in BUILTINS and name not in _RESERVED:
        return f"`{name}` is a builtin of Python"
    if name in SIZES:
        return f"`{name}` is known already: it speaks of what enters the body in which it stands"
    return child_problem(name, ops)
