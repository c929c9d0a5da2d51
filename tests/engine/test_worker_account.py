"""What a worker says that it costs is what it costs."""

import mmap

from custom_components.localcam.engine.worker_account import anonymous_bytes


def test_memory_is_counted_once_it_is_used() -> None:
    before = anonymous_bytes()
    with mmap.mmap(-1, 16 << 20, flags=mmap.MAP_PRIVATE) as memory:
        memory.write(b"x" * len(memory))
        after = anonymous_bytes()
    assert before > 0
    assert 15 << 20 < after - before < 40 << 20
    assert anonymous_bytes() < after
