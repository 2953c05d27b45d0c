"""What runs in the background (`--daemon`): what is known of it, and where that is kept."""
