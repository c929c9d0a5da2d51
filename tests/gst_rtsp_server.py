"""A GStreamer RTSP server for tests, run by the system's Python (3.11 with gi), driven by `rtsp_server.py`.

Reads one line of JSON from standard input: `{"address", "port", "username", "password", "scheme", "mounts": {path:
{"launch", "shared"}}}`;
answers with the port on a line; serves on that address until its standard input closes.
"""

import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402  versions must be chosen first

ROLE = "viewer"


def demand_password(
    server: GstRtspServer.RTSPServer, mounts: list[GstRtspServer.RTSPMediaFactory], wanted: dict[str, str]
) -> None:
    """Let nobody in without credentials."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, ROLE)
    if wanted["scheme"] == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(wanted["username"], wanted["password"], token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(wanted["username"], wanted["password"]), token)
    server.set_auth(auth)
    for factory in mounts:
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role(ROLE, GstRtspServer.RTSP_PERM_MEDIA_FACTORY_ACCESS, True)
        permissions.add_permission_for_role(ROLE, GstRtspServer.RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, True)
        factory.set_permissions(permissions)


def main() -> None:
    """Serve what the first line of standard input says, until it closes."""
    wanted = json.loads(sys.stdin.readline())
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(wanted["address"])
    server.set_service(str(wanted["port"]))
    factories = []
    for path, mount in wanted["mounts"].items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(mount["launch"])
        factory.set_shared(mount["shared"])
        server.get_mount_points().add_factory(path, factory)
        factories.append(factory)
    if wanted["password"] is not None:
        demand_password(server, factories, wanted)
    if server.attach(None) == 0:
        sys.exit("cannot listen")
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP, lambda *_: loop.quit())
    loop.run()


if __name__ == "__main__":
    main()
