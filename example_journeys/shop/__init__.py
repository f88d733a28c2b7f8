"""A small web shop for the example journeys: a real HTTP server on loopback, a process of its own.

Read it in this order: `business` (what a shop knows), `routes` (what it can be asked), `desk` (the ledger, and how a key
keeps things from being done twice), `moods` (how it misbehaves on request), `server` (sockets), `door` (how everybody
finds the one shop that is open).
"""
