"""Events of the API, each also one line of `--json`: `{"event": ...}`. Fields are only ever added.

They are known by this package; what each tells stands beside those of the same subject.
"""

from pypeer.events.codes import Closed, Guessed, Ready
from pypeer.events.contacts import Called, Calling, InboxOpen, Remembered
from pypeer.events.delegates import HandedOver, Kept, KeptNoMore
from pypeer.events.event import Event, to_json
from pypeer.events.libraries import Announced, Counted, Declined, LibraryOpen, Wished, Withdrawn
from pypeer.events.spaces import Invited, Member, SpaceListed
from pypeer.events.transfers import (
    Accepted,
    Done,
    Failed,
    FileFailed,
    Joined,
    Noted,
    Offered,
    OnBehalf,
    PathChanged,
    Paused,
    Progress,
    Reconnecting,
    Report,
    Resumed,
    Skipped,
    SourceDropped,
    SourceJoined,
    Text,
    Waiting,
)

__all__ = [
    "Accepted",
    "Announced",
    "Called",
    "Calling",
    "Closed",
    "Counted",
    "Declined",
    "Done",
    "Event",
    "Failed",
    "FileFailed",
    "Guessed",
    "HandedOver",
    "InboxOpen",
    "Invited",
    "Joined",
    "Kept",
    "KeptNoMore",
    "LibraryOpen",
    "Member",
    "Noted",
    "Offered",
    "OnBehalf",
    "PathChanged",
    "Paused",
    "Progress",
    "Ready",
    "Reconnecting",
    "Remembered",
    "Report",
    "Resumed",
    "Skipped",
    "SourceDropped",
    "SourceJoined",
    "SpaceListed",
    "Text",
    "Waiting",
    "Wished",
    "Withdrawn",
    "to_json",
]
