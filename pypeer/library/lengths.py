"""How long what a person says about a library may be, in characters: limits of the contract."""

from typing import Final

NAME_CHARS: Final = 64
DESCRIPTION_CHARS: Final = 256
