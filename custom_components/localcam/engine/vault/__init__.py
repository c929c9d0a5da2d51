"""Where the bytes of clips lie; the one place through which each of them goes."""
