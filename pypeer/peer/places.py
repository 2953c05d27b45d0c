"""Where a peer looks for what others have: in the open directory, and in sealed spaces."""

from pypeer.contacts.store import Store
from pypeer.finding.sought import ALL, CONTACTS, OPEN
from pypeer.signaling_client.client import SignalingClient
from pypeer.spaces.everywhere import Everywhere
from pypeer.spaces.shelf import is_of_contacts
from pypeer.spaces.shelves import Shelves
from pypeer.spaces.space import same
from pypeer.spaces.store import SpaceStore


class Places:
    """Of one peer, whose `spaces` and whose contacts' are asked for each time."""

    def __init__(self, client: SignalingClient, spaces: SpaceStore, contacts: Store | None) -> None:
        self._spaces = spaces
        shelves = Shelves(client, contacts, lambda: [each.name for each in spaces.all()])
        self.everywhere = Everywhere(client, spaces.all, shelves=shelves)
        """All of them."""

    def named(self, space: str | None) -> Everywhere:
        """That of a name, or OPEN, ALL or CONTACTS; None is all of them. Raises AbsentError."""
        if space is None:
            return self.everywhere
        if space in (OPEN, ALL, CONTACTS):
            return self.everywhere.within(space)
        if is_of_contacts(space) and not any(same(each.name) == same(space) for each in self._spaces.all()):
            return self.everywhere.within(space)
        return self.everywhere.within(self._spaces.named(space).name)
