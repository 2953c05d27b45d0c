"""SCTP over DTLS for data channels (RFC 9260, RFC 8261, RFC 8831): sans-I/O, one association, made to be quick.

An association carries whole messages, reliable and in order, which is all that a link needs; streams are told apart
only as far as browsers insist. Packets in, packets and messages out, with the time; nothing here reads a clock.

    association   the states of the handshake, what arrives by type, what leaves
    chunks        the bytes on the wire
    inbox         what has arrived: acknowledgements, and messages made whole again
    outbox        what is to leave: messages in pieces, in flight, lost, sent again
    cubic         how much may be in flight (RFC 9438)
    timing        round trips, time-outs and pacing
"""
