"""Install the Debian packages that the tests need, where that is possible: `python -m tests.debian`."""

import os
import shutil
import subprocess
import sys
from typing import Final

PACKAGES: Final = {
    "certutil": "libnss3-tools",
    "chromium": "chromium",
    "firefox-esr": "firefox-esr",
    "ip": "iproute2",
    "microsocks": "microsocks",
    "miniupnpd": "miniupnpd",
    "nft": "nftables",
    "tinyproxy": "tinyproxy-bin",
    "turnserver": "coturn",
    "turnutils_uclient": "coturn",
    "unshare": "util-linux",
}
"""By the program that shows that the package is there."""


def missing() -> list[str]:
    """Packages whose program is not found."""
    return sorted({package for program, package in PACKAGES.items() if shutil.which(program) is None})


def main() -> None:
    """Install what is missing, or say what will be skipped; in CI that is an error."""
    wanted = missing()
    if not wanted:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=env)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted], check=True, env=env)
        return
    print(f"Not installed, so their tests are skipped: {', '.join(wanted)}", file=sys.stderr)
    if os.environ.get("CI"):
        sys.exit(1)


if __name__ == "__main__":
    main()
