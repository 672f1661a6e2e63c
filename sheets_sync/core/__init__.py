"""The pure part: it opens nothing, sleeps never, reads no clock, logs nothing."""
