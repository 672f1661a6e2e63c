"""A local Google Sheets server: Sheets v4 and Drive v3 over HTTP, kept in a folder on disk.

It is a second implementation of the public API and shares no code with the client side, so that a
mistake about the API cannot be made on both sides at once.
"""
