"""What the nodes of one server share: locators, presence, pairs, counters, and delivery between their sessions."""
