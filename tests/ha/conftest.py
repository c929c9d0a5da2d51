"""What every test of the Home Assistant side needs: our integration found, and found first."""

import pytest

# The test plugin has a `custom_components` of its own; whichever is imported first is the one that Home Assistant sees.
import custom_components.localcam.const  # noqa: F401


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load integrations from `custom_components`."""


