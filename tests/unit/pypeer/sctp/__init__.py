"""Tests of pypeer.sctp."""
