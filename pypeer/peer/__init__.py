"""What a peer can do, as its API has it (pypeer.api): each module is one part of `Peer`."""
