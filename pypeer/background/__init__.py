"""Offers that are served in the background: what is known of them, and where that is kept."""
