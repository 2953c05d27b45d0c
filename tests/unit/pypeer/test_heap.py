"""What is allocated again and again is not fetched from the kernel each time; in a process of its own."""

import mmap
import platform
import subprocess
import sys
from typing import Final

import pytest

BLOCK: Final = 256 * 1024
AT_ONCE: Final = 8
"""As many as are on their way at a time."""

TIMES: Final = 50

COUNT: Final = f"""
import resource, sys
from pypeer.heap import settle
if sys.argv[1] == "settled":
    settle()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
filled = b"x" * {BLOCK}
before = faults()
for _ in range({TIMES}):
    [bytearray(filled) for _ in range({AT_ONCE})]
print(faults() - before)
"""


def page_faults(how: str) -> int:
    """While blocks of a chunk's size come and go."""
    ended = subprocess.run([sys.executable, "-c", COUNT, how], capture_output=True, text=True, check=True)
    return int(ended.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="about the allocator of glibc")
def test_blocks_that_come_and_go_are_mapped_once() -> None:
    pages = AT_ONCE * BLOCK // mmap.PAGESIZE
    assert page_faults("settled") < 2 * pages
    assert page_faults("as it comes") > TIMES / 2 * pages
