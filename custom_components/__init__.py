"""Home Assistant looks for custom integrations here; the test plugin has a package of this name, and ours must win."""
