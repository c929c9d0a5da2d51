"""Features -> kind of motion, by rule; people and pets come with learning."""

from ..values import Features, Kind


def kind_of(features: Features) -> Kind:
    """`light` while a change of the whole picture's light is being absorbed, else `other`."""
    return Kind.LIGHT if features.values.get("lighting") else Kind.OTHER
