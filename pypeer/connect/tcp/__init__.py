"""Links over TCP between two peers: who listens, who dials, and which connection becomes the link."""
