"""Links: ordered, reliable, encrypted, mutually authenticated message channels to one peer over one path."""
