"""Packets and motion -> clips; remuxes what arrived, never encodes it again."""
