"""The tamper-evident log of who did what."""
