"""Camera -> packets -> pictures; the only stage that talks to a camera."""
