"""Serves a movie by GStreamer's RTSP server: gst_server.py MOVIE.avi; prints its port."""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    f"( filesrc location={sys.argv[1]} ! avidemux ! image/jpeg ! queue ! rtpjpegpay name=pay0 pt=26 )"
)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
server.get_mount_points().add_factory("/movie", factory)
server.attach(None)
print(f"serving at port {server.get_bound_port()}", flush=True)
GLib.MainLoop().run()
