"""SCTP over DTLS for data channels (RFC 9260, RFC 8261, RFC 8831): sans-I/O, one association, made to be quick.

An association carries whole messages, reliable and in order, which is all that a link needs; streams are told apart
only as far as browsers insist. Packets in, packets and messages out, with the time; nothing here reads a clock.

    association   what arrives by type, what leaves
    handshake     the states, and how two become established
    chunks        the bytes on the wire
    inbox         what has arrived: acknowledgements, and messages made whole again
    outbox        what is to leave: messages in pieces, in flight, lost, sent again
    control       how much may be in flight: what cubic and ledbat have in common
    cubic         ... of a flow that takes its share (RFC 9438)
    ledbat        ... of one that gives way to others (LEDBAT++)
    mtu           how large packets may be
    flight        what is in flight or lost
    timing        round trips, time-outs and pacing
"""
