"""The demo: a made-up company whose report files are real, synced night after night."""
