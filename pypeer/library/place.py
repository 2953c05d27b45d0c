"""Where a library is published, and what differs with it: in the open directory, or in a sealed space; pure but for
the nonces of what is sealed.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

from pypeer.library.forms import Form, Openly
from pypeer.secure.code import library_password
from pypeer.spaces.boxes import Boxes, SealedLibrary
from pypeer.spaces.form import Sealed
from pypeer.spaces.space import Space
from signaling.protocol.directory import Publish
from signaling.protocol.listed import Reach
from signaling.protocol.spaces import KeyBox, SealedPublish


@dataclass(frozen=True, slots=True)
class Place:
    """`publish` begins the library, `form` puts its files, `password` is what the key exchange is fed with where it is
    asked, by its id. `name` is that of the library, `space` that of the space, for its owner."""

    name: str
    publish: Publish | SealedPublish
    form: Form
    password: Callable[[str], bytes]
    space: str = ""


def in_the_open(name: str, description: str, ask: bool, reach: Reach | None) -> Place:
    """For everybody at the server."""
    told = Publish(id=1, name=name, description=description, ask=ask, reach=reach)
    return Place(name, told, Openly(), library_password)


def in_space(
    space: Space,
    owner: bytes,
    name: str,
    description: str,
    ask: bool,
    reach: Reach | None,
    keys: tuple[KeyBox, ...] = (),
    entropy: Callable[[int], bytes] = os.urandom,
) -> Place:
    """For the members of a space; `owner` is the public key of this peer. `keys` lead those to the key of the space who
    have it from nowhere else."""
    boxes = Boxes(space.keys, owner, entropy)
    box = boxes.library(SealedLibrary(name, description))
    told = SealedPublish(id=1, space=space.keys.tag, box=box, ask=ask, reach=reach, keys=keys)
    return Place(name, told, Sealed(space.keys, boxes), space.keys.password, space.name)
