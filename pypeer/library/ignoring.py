"""What of a folder is not published: by rules that everybody wants, and by patterns of its owner; pure.

Patterns are those of .gitignore, as in pypeer.transfer.choosing. Those of the owner come last, so `!notes.tmp` takes
back what the rules leave out.
"""

from collections.abc import Sequence
from typing import Final

from pypeer.transfer.choosing import spec_of

HIDDEN: Final = (".*",)
"""Files and folders that their owner does not see either: settings, histories, `.ssh`, `.git`, `.env`."""

# fmt: off
SECRETS: Final = (
    "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "*.pem", "*.key", "*.p12", "*.pfx", "*.ppk", "*.jks",
    "*.keystore", "*.kdb", "*.kdbx", "*.ovpn", "*.gpg", "secring.*", "wallet.dat", "credentials", "credentials.*",
    "secrets", "secrets.*", "passwords.*",
)
"""Keys and passwords, by the names that programs give them. Whoever means to publish one can say so."""

PASSING: Final = (
    "*~", "~$*", "*.part", "*.partial", "*.crdownload", "*.download", "*.tmp", "*.temp", "*.swp", "*.!ut", "*.aria2",
    "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin/", "system volume information/", "lost+found/",
    "__pycache__/", "node_modules/",
)
"""What programs leave behind or have not finished, of no use to anybody else."""
# fmt: on

_RULES: Final = spec_of((*HIDDEN, *SECRETS, *PASSING))


class Ignored:
    """What is left out of one library. Raises ChoiceError for a pattern that is none."""

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        self._own = spec_of(patterns)

    def leaves_out(self, path: str, folder: bool) -> bool:
        """Whether this path, relative to the folder that is published, is not."""
        full = path + "/" * folder
        wish = self._own.check_file(full).include
        return _RULES.match_file(full.lower()) if wish is None else wish

    def below(self, path: str, folder: bool) -> bool:
        """The same for a path that begins with the published folder's own name, which is not looked at."""
        return self.leaves_out(path.partition("/")[2], folder)
