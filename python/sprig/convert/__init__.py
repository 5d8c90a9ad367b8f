"""Networks and spikes carried to and from other simulators and formats.

Every converter returns, beside what it made, a list of plain sentences: what the other side cannot hold.
"""
