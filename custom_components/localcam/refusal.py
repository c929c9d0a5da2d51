"""What a person asked for cannot be done: said in their language, by its key in the translations."""

from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN


def refused(key: str, **placeholders: object) -> ServiceValidationError:
    """The error to raise; `key` is one of `exceptions` in the translations."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={name: str(value) for name, value in placeholders.items()},
    )
