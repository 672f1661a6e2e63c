"""Months frozen, kept as files, copied to the company's clouds, verified, and brought back.

Each step may be cut off anywhere and is repeated the next night: what is made gets its name last, and what
was done is not done again.
"""
