"""Lists and maps as the compact JSON text in which the store keeps them."""

from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def to_json(value: Any) -> str:
    """Return compact JSON text, characters beyond ASCII as they are."""
    return _encoder.encode(value).decode()


def to_json_each(values: list[Any]) -> list[str]:
    """Return the compact JSON text of each value, made in one go: no JSON text holds a line break of its own."""
    return _encoder.encode_lines(values).decode().split("\n")[:-1]


def from_json(text: str) -> Any:
    """Read what `to_json` made."""
    return _decoder.decode(text)
