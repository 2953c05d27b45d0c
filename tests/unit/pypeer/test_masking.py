"""The mask of WebSocket frames: in C where it can be, and the same without."""

import random

import pytest

from pypeer import masking


def test_what_is_installed_masks_at_the_speed_of_memory() -> None:
    assert masking.xor is not masking.xor_by_table, "aiohttp has moved it: see pypeer/masking.py"


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5, 7, 8, 9, 63, 1000, 1001])
def test_both_do_the_same_and_twice_is_nothing(length: int) -> None:
    data = random.Random(length).randbytes(length)
    mask = b"\x00\x7f\x80\xff"
    one, other = bytearray(data), bytearray(data)
    masking.xor(mask, one)
    masking.xor_by_table(mask, other)
    assert one == other == bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
    masking.xor_by_table(mask, one)
    assert one == data
