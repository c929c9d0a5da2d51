"""Pictures -> motion maps -> motion events; numpy only, no I/O and no clock."""
