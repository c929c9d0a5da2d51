"""The catalogue of what is kept; the only stage with a database."""
