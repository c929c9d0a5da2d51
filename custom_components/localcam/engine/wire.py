"""The messages between station and worker as bytes: length-checked, typed, with pictures beside the JSON.

A message is: total length (4 bytes, big-endian) · JSON length (4 bytes) · JSON · blobs. The JSON names the message's
class and holds its fields; `bytes` fields are numbers of blobs. Whatever bytes come, either they are a message of a
known class whose fields have the declared types, or WireError is raised.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
import json
import struct
from types import NoneType, UnionType
from typing import Any, Protocol, TypeAliasType, get_args, get_origin

from .commands import Command
from .errors import WireError
from .reports import Reported

LONGEST_MESSAGE_BYTES = 16 << 20
_LENGTH = struct.Struct(">I")


class ByteReader(Protocol):
    """A blocking stream of bytes, such as a pipe."""

    def read(self, size: int, /) -> bytes | None:
        """At most `size` bytes; fewer or none at its end."""


type _Decoder = Callable[[Any, list[bytes]], Any]


def encode(message: Command | Reported) -> bytes:
    """A message as bytes, its own length first; raises WireError if it is too long."""
    blobs: list[bytes] = []
    body = json.dumps(
        {"type": type(message).__name__, "body": _plain(message, blobs), "blobs": [len(blob) for blob in blobs]},
        separators=(",", ":"),
    ).encode()
    total = _LENGTH.size + len(body) + sum(map(len, blobs))
    if total > LONGEST_MESSAGE_BYTES:
        raise WireError(f"a message of {total} bytes is too long")
    return b"".join((_LENGTH.pack(total), _LENGTH.pack(len(body)), body, *blobs))


def decode_command(data: bytes) -> Command:
    """The command in a message's bytes without their total length; raises WireError."""
    return _decode(data, _command_classes())  # type: ignore[no-any-return]  # of these classes, by the table


def decode_reported(data: bytes) -> Reported:
    """The report in a message's bytes without their total length; raises WireError."""
    return _decode(data, {Reported.__name__: Reported})  # type: ignore[no-any-return]  # the same


def read_message(stream: ByteReader) -> bytes | None:
    """The next message's bytes without their total length, None at the end; raises WireError when cut short."""
    head = _read_exactly(stream, _LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise WireError("the stream ended within a length")
    (total,) = _LENGTH.unpack(head)
    if total > LONGEST_MESSAGE_BYTES:
        raise WireError(f"a message of {total} bytes is announced")
    data = _read_exactly(stream, total)
    if len(data) < total:
        raise WireError("the stream ended within a message")
    return data


def _read_exactly(stream: ByteReader, size: int) -> bytes:
    pieces: list[bytes] = []
    missing = size
    while missing:
        piece = stream.read(missing)
        if not piece:
            break
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def _plain(value: Any, blobs: list[bytes]) -> Any:
    if isinstance(value, bytes):
        blobs.append(value)
        return len(blobs) - 1
    if is_dataclass(value) and not isinstance(value, type):
        plain = {field.name: _plain(getattr(value, field.name), blobs) for field in fields(value)}
        return {"type": type(value).__name__} | plain
    if isinstance(value, tuple):
        return [_plain(item, blobs) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value


def _decode(data: bytes, classes: Mapping[str, type]) -> Any:
    try:
        (length,) = _LENGTH.unpack_from(data)
        at = _LENGTH.size + length
        envelope = json.loads(data[_LENGTH.size : at])
        blobs: list[bytes] = []
        for size in envelope["blobs"]:
            if not isinstance(size, int) or size < 0 or at + size > len(data):
                raise WireError("a blob leaves its message")
            blobs.append(data[at : at + size])
            at += size
        return _decoder(classes[envelope["type"]])(envelope["body"], blobs)
    except (struct.error, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError) as err:
        raise WireError(f"not a message: {type(err).__name__}: {str(err)[:200]}") from None


@cache
def _command_classes() -> Mapping[str, type]:
    return {member.__name__: member for member in get_args(Command.__value__)}


@cache
def _decoder(annotation: Any) -> _Decoder:  # noqa: PLR0911 - one line for each kind of type
    if isinstance(annotation, TypeAliasType):
        return _decoder(annotation.__value__)
    if isinstance(annotation, UnionType):
        return _union_decoder(get_args(annotation))
    origin = get_origin(annotation)
    if origin is tuple:
        item = _decoder(get_args(annotation)[0])
        return lambda value, blobs: tuple(item(each, blobs) for each in _expect(value, list))
    if origin is Mapping:
        number = _decoder(get_args(annotation)[1])
        return lambda value, blobs: {
            _expect(key, str): number(each, blobs) for key, each in _expect(value, dict).items()
        }
    if is_dataclass(annotation):
        return _dataclass_decoder(annotation)
    if issubclass(annotation, StrEnum):
        return lambda value, _: annotation(value)
    if annotation is bytes:
        return lambda value, blobs: dict(enumerate(blobs))[_expect(value, int)]
    if annotation is float:
        return lambda value, _: float(_expect(value, int, float))
    return lambda value, _: _expect(value, annotation)


def _dataclass_decoder(cls: Any) -> _Decoder:
    # Looked up at the first use, not here: classes may refer to each other.
    def decode(value: Any, blobs: list[bytes]) -> Any:
        parts = _field_decoders(cls)
        if value["type"] != cls.__name__ or value.keys() - parts.keys() != {"type"}:
            raise WireError(f"not a {cls.__name__}")
        return cls(**{name: part(value[name], blobs) for name, part in parts.items()})

    return decode


@cache
def _field_decoders(cls: type) -> Mapping[str, _Decoder]:
    return {name: _decoder(annotation) for name, annotation in cls.__annotations__.items()}


def _union_decoder(members: tuple[Any, ...]) -> _Decoder:
    classes = {cls.__name__: cls for cls in members if isinstance(cls, type) and is_dataclass(cls)}
    others = [_decoder(member) for member in members if member is not NoneType and not is_dataclass(member)]

    def decode(value: Any, blobs: list[bytes]) -> Any:
        if value is None and NoneType in members:
            return None
        if isinstance(value, dict) and classes:
            return _decoder(classes[value["type"]])(value, blobs)
        (only,) = others
        return only(value, blobs)

    return decode


def _expect(value: Any, *types: type) -> Any:
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise WireError(f"{type(value).__name__} where {types[0].__name__} belongs")
    return value
