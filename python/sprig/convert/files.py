"""Foreign files are hostile: nothing is allocated that the size of the file does not confirm, and files that are
written appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import tempfile
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Iterator
from typing import Any, Union

import numpy as np

from .._arrays import Array
from .errors import InputError, need

Path = Union[str, "os.PathLike[str]"]

_NPY: Any = np.lib.format

# No compression of HDF5 or zip (deflate) makes less than one byte of these many.
_MOST_COMPRESSION = 1032

# What zipfile and numpy raise on a damaged archive.
DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    tokenize.TokenError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
    OverflowError,
    TypeError,
    MemoryError,
)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[str]:
    """A temporary name beside `path`, which it takes when the block ends without an error."""
    path = os.fspath(path)
    folder = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix=".sprig-", suffix=os.path.splitext(path)[1], dir=folder)
    os.close(handle)
    try:
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


@contextlib.contextmanager
def whole_folder(path: Path, files: Collection[str]) -> Iterator[str]:
    """A temporary folder beside `path`, which takes its name when the block ends without an error. An existing folder
    is replaced only if it is empty or has nothing but `files`, those that are written, as an earlier conversion left
    them."""
    path = os.path.abspath(os.fspath(path))
    _refuse_other_folder(path, files)
    temporary = tempfile.mkdtemp(prefix=".sprig-", dir=os.path.dirname(path))
    try:
        yield temporary
        os.chmod(temporary, 0o755)
        _refuse_other_folder(path, files)  # something may have been put there meanwhile
        if os.path.isdir(path):
            shutil.rmtree(path)
        os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _refuse_other_folder(path: str, files: Collection[str]) -> None:
    if os.path.islink(path):
        raise InputError(path, "is a link; a folder is written")
    if os.path.exists(path) and not os.path.isdir(path):
        raise InputError(path, "is a file; a folder is written")
    if not os.path.isdir(path):
        return
    with os.scandir(path) as entries:
        others = sorted(e.name for e in entries if e.name not in files or not e.is_file(follow_symlinks=False))
    if others:
        raise InputError(path, f"is a folder with other files ({others[0]}); a new or empty one is written")


def plain_file(path: Path) -> int:
    """Its size in bytes; an InputError where it is no file that can be read."""
    if not os.path.isfile(path):
        raise InputError(path, "is no file that can be read" if os.path.exists(path) else "does not exist")
    return os.path.getsize(path)


@contextlib.contextmanager
def hdf5_file(path: Path) -> Iterator[Any]:
    """An HDF5 file for reading, after a look at every dataset: stored in this file, and as large as its shape says."""
    h5py = need("h5py", "sonata")
    plain_file(path)
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise InputError(path, "is no HDF5 file, or is truncated") from error
    with file:
        try:
            _check_group(h5py, file, path, os.path.getsize(path), 0)
        except InputError:
            raise
        except (OSError, RuntimeError, KeyError) as error:
            raise InputError(path, f"is damaged: {first_line(error)}") from error
        try:
            yield file
        except InputError:
            raise
        except (OSError, RuntimeError, KeyError) as error:
            raise InputError(path, f"is damaged or lacks what belongs here: {first_line(error)}") from error


def _check_group(h5py: Any, group: Any, path: Path, file_bytes: int, depth: int) -> None:
    if depth > 16:
        raise InputError(path, f"{group.name}: groups within groups, more than 16 deep")
    for name in group:
        link = group.get(name, getlink=True)
        place = f"{group.name.rstrip('/')}/{name}"
        if not isinstance(link, h5py.HardLink):
            raise InputError(path, f"{place}: a link; allowed: what the file itself holds")
        item = group[name]
        if isinstance(item, h5py.Group):
            _check_group(h5py, item, path, file_bytes, depth + 1)
        elif isinstance(item, h5py.Dataset):
            _check_dataset(item, path, place, file_bytes)


def _check_dataset(dataset: Any, path: Path, place: str, file_bytes: int) -> None:
    if dataset.external or dataset.is_virtual:
        raise InputError(path, f"{place}: its data are in another file")
    if dataset.shape is None:
        return
    wanted = int(np.prod([int(n) for n in dataset.shape], dtype=object)) * dataset.dtype.itemsize
    stored = dataset.id.get_storage_size()
    compressed = dataset.compression is not None or dataset.id.get_create_plist().get_nfilters() > 0
    if stored > file_bytes:
        raise InputError(path, f"{place}: is larger than the file")
    if wanted > stored * (_MOST_COMPRESSION if compressed else 1):
        raise InputError(path, f"{place}: shape {dataset.shape} is not filled: {stored} bytes are stored")


def load_npz(path: Path) -> dict[str, Any]:
    """The arrays of an .npz file as a dictionary."""
    size = plain_file(path)
    arrays = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                name = member.filename[:-4] if member.filename.endswith(".npy") else member.filename
                if member.compress_size > size or member.file_size > member.compress_size * _MOST_COMPRESSION:
                    raise InputError(path, f"{name}: its declared size is more than the file can hold")
                arrays[name] = _read_member(archive, member, path, name)
    except DAMAGED_ZIP as error:
        if isinstance(error, InputError):
            raise
        raise InputError(path, f"is no .npz file, or is damaged or truncated: {first_line(error)}") from error
    return arrays


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, name: str) -> Array:
    with archive.open(member) as stream:
        version = _NPY.read_magic(stream)
        header = _NPY.read_array_header_1_0 if version == (1, 0) else _NPY.read_array_header_2_0
        shape, _, dtype = header(stream)
        if dtype.hasobject:
            raise InputError(path, f"{name}: holds Python objects; allowed: numbers and text")
        if int(np.prod([int(n) for n in shape], dtype=object)) * dtype.itemsize > member.file_size:
            raise InputError(path, f"{name}: is shorter than its shape {shape}")
    with archive.open(member) as stream:
        array: Array = _NPY.read_array(stream, allow_pickle=False)
        return array


def first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).split("\n")[0]
