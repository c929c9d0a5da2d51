"""LocalCam's engine: everything from a camera's packets to a kept clip, in plain synchronous Python.

The path of a frame, by file name: `ingest/source` -> `ingest/timestamps` -> `record/ring_buffer` -> `ingest/decoder`
-> `detect/difference` -> `detect/features` -> `detect/scorer` -> `detect/event_machine` -> `record/clip_writer` ->
`wire` -> `station` -> `archive/clips`. The first nine run in a worker process, one per camera (`camera_worker`);
`station` and `archive` run in Home Assistant's process, called only from threads that are not its event loop.

Nothing in here may import Home Assistant, asyncio or aiohttp; `.importlinter` holds the layers.
"""
