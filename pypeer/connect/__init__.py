"""How two peers connect: candidates, attempts, and what path came out of them."""
