"""What the server decides, without I/O: time, randomness and storage are passed in, effects come out as values.

states      states of a connection and of a session, and what changes them
session     exactly-once numbering of one session
sign_in     who may sign in, and under which name of the server
quota       how often something may happen
rendezvous  locators and pairs
directory   libraries: published, announced, found, asked for
hub         all of it together: connections in, effects out
"""
