"""Machine code of compiled loops in files that load in a millisecond, without numba.

numba has a cache, too, but it takes a second until numba itself is loaded: longer than most commands
work. What it compiles is an ordinary object file, which llvmlite links on its own. The function in
it takes and gives Python's objects by means of three small extension modules of numba, which load
without the rest. Only what was written by the same versions, for the same processor, is read; all
else is compiled again.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import functools
import hashlib
import importlib
import importlib.machinery
import importlib.util
import json
import os
import pickle
import platform
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Literal

import numpy as np

__all__ = ["digest", "folders", "load", "platform_key", "save", "short"]

_MAGIC = b"BWKERNEL1"
_EXTENSIONS = ("_dynfunc", "_helperlib", "core/runtime/_nrt_python")
# these settings of numba change nothing of the code
_HARMLESS = {"NUMBA_NUM_THREADS", "NUMBA_CACHE_DIR", "NUMBA_THREADING_LAYER"}


def digest(function: FunctionType, options: object) -> str | None:
    """Give a checksum of all that the code of a function follows from; None where that is not known.

    It is the function's bytecode with its constants, the values of the globals that it names, and
    the same of the kernels that it calls.
    """
    made = hashlib.blake2b(repr(options).encode(), digest_size=12)
    try:
        for piece in _pieces(function, set()):
            made.update(len(piece).to_bytes(8, "little") + piece)
    except LookupError:
        return None
    return made.hexdigest()


def _pieces(function: FunctionType, seen: set[int]) -> Iterator[bytes]:
    if id(function) in seen:
        return
    seen.add(id(function))
    if function.__closure__ or function.__defaults__ or function.__kwdefaults__:
        raise LookupError(function.__qualname__)
    yield function.__qualname__.encode()
    yield from _code(function.__code__)
    for name in function.__code__.co_names:
        if name in function.__globals__:
            yield name.encode()
            yield from _value(function.__globals__[name], seen)


def _code(code: CodeType) -> Iterator[bytes]:
    yield code.co_code
    yield repr((code.co_varnames, code.co_names, code.co_argcount)).encode()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code(constant)
        else:
            yield repr(constant).encode()


def _value(value: object, seen: set[int]) -> Iterator[bytes]:
    inner = getattr(value, "py_func", None)
    if isinstance(inner, FunctionType):
        yield from _pieces(inner, seen)
    elif isinstance(value, np.ndarray) and not value.dtype.hasobject:
        yield f"{value.dtype.str} {value.shape} {value.flags.num}".encode()
        yield value.tobytes()
    elif isinstance(value, np.generic):
        yield f"{value.dtype.str} {value!r}".encode()
    elif value is None or isinstance(value, bool | int | float | complex | str | bytes):
        yield repr(value).encode()
    elif isinstance(value, tuple):
        yield str(len(value)).encode()
        for each in value:
            yield from _value(each, seen)
    elif isinstance(value, ModuleType):
        yield value.__name__.encode()
    elif isinstance(value, FunctionType):
        yield from _pieces(value, seen)
    elif isinstance(value, type) or callable(value):
        yield f"{value.__module__}.{getattr(value, '__qualname__', value)}".encode()
    else:
        raise LookupError(repr(value))


def short(text: str) -> str:
    """Give a checksum of a text that fits into the name of a file."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def folders(source: str) -> list[Path]:
    """Give where the code of a module's kernels may lie: what is first there and can be written to.

    It is numba's rule: the folder that NUMBA_CACHE_DIR names, or else ``__pycache__`` beside the
    module, or else one of the user.
    """
    path = Path(source).resolve()
    if not path.is_file():  # typed in somewhere
        return []
    name = (
        f"{path.parent.name}_{hashlib.sha1(bytes(path.parent), usedforsecurity=False).hexdigest()}"
    )
    if named := os.environ.get("NUMBA_CACHE_DIR"):
        return [Path(named) / name]
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return [path.parent / "__pycache__", Path(cache) / "biowright" / "kernels" / name]


@functools.cache
def platform_key() -> str | None:
    """Give what object code holds for: versions, processor; None where it is not used at all."""
    if sys.platform != "linux" or platform.machine() != "x86_64" or _set_by_user():
        return None
    found = importlib.util.find_spec("numba")
    if found is None or found.origin is None:
        return None
    try:
        llvm = _llvm()
        version = Path(found.origin).with_name("_version.py").read_bytes()
        features = llvm.get_host_cpu_features().flatten()
    except (ImportError, OSError, RuntimeError):
        return None
    parts = (
        version.decode(errors="replace"),
        llvm.llvm_version_info,
        np.__version__,
        sys.version,
        llvm.get_host_cpu_name(),
        features,
    )
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def _llvm() -> Any:
    return importlib.import_module("llvmlite.binding")


def _set_by_user() -> bool:
    names = {name for name in os.environ if name.startswith("NUMBA_")}
    return bool(names - _HARMLESS) or Path(".numba_config.yaml").exists()


@functools.cache
def _linker() -> Any | None:
    """Prepare llvmlite for loading what numba made; give numba's module of functions."""
    llvm = _llvm()
    found = importlib.util.find_spec("numba")
    if found is None or found.origin is None:
        return None
    suffix = importlib.machinery.EXTENSION_SUFFIXES[0]
    modules = {}
    for path in _EXTENSIONS:
        name = "numba." + path.replace("/", ".")
        module = sys.modules.get(name)
        if module is None:
            file = str(Path(found.origin).parent / (path + suffix))
            loader = importlib.machinery.ExtensionFileLoader(name, file)
            spec = importlib.util.spec_from_loader(name, loader)
            if spec is None:
                return None
            module = importlib.util.module_from_spec(spec)
            loader.exec_module(module)
        modules[path] = module
    functions, helpers, memory = modules.values()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    memory.memsys_use_cpython_allocator()
    for name, address in memory.c_helpers.items():
        llvm.add_symbol(name if name.startswith("_") else f"NRT_{name}", address)
    for each in (helpers, functions):
        for name, address in each.c_helpers.items():
            llvm.add_symbol(f"numba_{name}", address)
    if "numba" not in sys.modules:
        llvm.add_symbol("numba_unpickle", ctypes.cast(_unpickler, ctypes.c_void_p).value)
    llvm.add_symbol("_Py_NoneStruct", id(None))
    for name, value in vars(builtins).items():
        if isinstance(value, type) and issubclass(value, BaseException):
            llvm.add_symbol(f"PyExc_{name}", id(value))
    return functions


_unpickled: dict[int, Any] = {}


def _unpickle(address: int, size: int, _: int) -> Any:
    """Give a constant of the code, such as the class of arrays; numba's own would load all of it."""
    if address not in _unpickled:
        _unpickled[address] = pickle.loads(ctypes.string_at(address, size))
    return _unpickled[address]


_unpickler = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    _unpickle
)


def save(path: Path, compiled: Any) -> bool:
    """Write what numba compiled (its ``CompileResult``), or that it must be left to numba.

    It is written beside and renamed; where that fails, nothing is there. What was written for older
    code of the same kernel goes.
    """
    constants = compiled.environment.consts
    plain = all(type(c) in _DTYPES for c in constants) and not compiled.reload_init
    head = {
        "function": compiled.fndesc.llvm_cpython_wrapper_name,
        "environment": compiled.fndesc.env_name,
        "constants": [constant.str for constant in constants] if plain else [],
    }
    text = json.dumps(head).encode()
    body = len(text).to_bytes(4, "little") + text
    if plain and not compiled.library.has_dynamic_globals:
        body += compiled.library._get_compiled_object()
    data = _MAGIC + zlib.crc32(body).to_bytes(4, "little") + body
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        older = set(path.parent.glob(path.name.rsplit(".", 2)[0] + ".*.bwk"))
        file, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    except OSError:
        return False
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        return False
    for each in older - {path}:
        with contextlib.suppress(OSError):
            each.unlink()
    return True


_DTYPES = {type(np.dtype(kind)) for kind in "?bhilqBHILQfdFD"}


def load(path: Path, function: FunctionType) -> Callable[..., Any] | Literal[False] | None:
    """Load machine code; None where there is none or it is damaged, False where numba is needed."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    at = len(_MAGIC) + 4
    body = data[at:]
    if not data.startswith(_MAGIC) or data[at - 4 : at] != zlib.crc32(body).to_bytes(4, "little"):
        return None
    size = 4 + int.from_bytes(body[:4], "little")
    head, code = json.loads(body[4:size]), body[size:]
    functions = _linker() if code else None
    if functions is None:
        return False
    llvm = _llvm()
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(cpu=llvm.get_host_cpu_name(), jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    if any(llvm.address_of_symbol(name) is None for name in _undefined(code)):
        return False  # linking it would end the process
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    address = engine.get_function_address(head["function"])
    place = engine.get_global_value_address(head["environment"])
    if not address or not place:
        return False
    environment = functions.Environment({})
    environment.consts.extend(np.dtype(kind) for kind in head["constants"])
    ctypes.c_void_p.from_address(place).value = id(environment)
    made: Callable[..., Any] = functions.make_function(
        sys.modules[function.__module__],
        function.__name__,
        function.__doc__ or "",
        address,
        environment,
        (engine,),
    )
    return made


def _undefined(code: bytes) -> list[str]:
    """Give the symbols that an ELF object of 64 bits leaves to others."""
    number = functools.partial(int.from_bytes, byteorder="little")
    table, size, count = number(code[40:48]), number(code[58:60]), number(code[60:62])
    heads = [code[table + k * size : table + (k + 1) * size] for k in range(count)]
    names = []
    for head in heads:
        if number(head[4:8]) != 2:  # no table of symbols
            continue
        start, length, link = number(head[24:32]), number(head[32:40]), number(head[40:44])
        texts = number(heads[link][24:32])
        for at in range(start + 24, start + length, 24):
            if not number(code[at + 6 : at + 8]):  # in no section
                begin = texts + number(code[at : at + 4])
                names.append(code[begin : code.index(b"\0", begin)].decode())
    return names
