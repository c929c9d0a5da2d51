"""The cameras that are watched, a post for each; what is done to one camera is done one after the other."""

from collections import defaultdict
from collections.abc import Callable
from threading import Lock, Thread

from .camera_post import CameraPost
from .settings import CameraSettings


class WatchedCameras:
    """Methods block, and may be called from any thread but the event loop's."""

    def __init__(self, make_post: Callable[[CameraSettings], CameraPost]) -> None:
        self._make_post = make_post
        self._posts: dict[str, CameraPost] = {}
        self._turns: defaultdict[str, Lock] = defaultdict(Lock)
        """By camera; held while it is begun, changed or ended: who comes meanwhile waits for that."""
        self._open = True
        self._lock = Lock()
        """Guards these; nothing that waits is called while it is held."""

    def watch(self, settings: CameraSettings) -> None:
        """Begin; a camera that is watched already is watched anew."""
        with self._turn(settings.camera_id):
            self._ended(settings.camera_id)
            self._begin(settings)

    def watch_all_anew(self) -> None:
        """End and begin each camera that is watched."""
        with self._lock:
            watched = list(self._posts)
        for camera_id in watched:
            with self._turn(camera_id):
                # It may have been sent to rest since, and then it must not be watched again.
                if (post := self._ended(camera_id)) is not None:
                    self._begin(post.settings)

    def change(self, settings: CameraSettings) -> None:
        """Other record and detect settings; a camera that is not watched is left alone."""
        with self._turn(settings.camera_id):
            post = self.post(settings.camera_id)
            if post is not None:
                post.change(settings)

    def rest(self, camera_id: str) -> None:
        """End; returns when nothing of the camera's worker is left."""
        with self._turn(camera_id):
            self._ended(camera_id)

    def close(self) -> None:
        """End all, at once; none is watched from now on."""
        with self._lock:
            self._open = False
            posts = list(self._posts.values())
            self._posts.clear()
        stopping = [Thread(target=post.stop, name="localcam_stop") for post in posts]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()

    def post(self, camera_id: str) -> CameraPost | None:
        """The post of a camera that is watched."""
        with self._lock:
            return self._posts.get(camera_id)

    def posts(self) -> list[CameraPost]:
        """Of all cameras that are watched now."""
        with self._lock:
            return list(self._posts.values())

    def _turn(self, camera_id: str) -> Lock:
        with self._lock:
            return self._turns[camera_id]

    def _begin(self, settings: CameraSettings) -> None:
        post = self._make_post(settings)
        with self._lock:
            if self._open:
                self._posts[settings.camera_id] = post
                post.start()

    def _ended(self, camera_id: str) -> CameraPost | None:
        """The camera's post, which has ended; None where the camera was not watched."""
        with self._lock:
            post = self._posts.pop(camera_id, None)
        if post is not None:
            post.stop()
        return post
