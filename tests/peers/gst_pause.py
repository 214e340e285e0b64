"""Plays a stream in GStreamer into a file: gst_pause.py URL PROTOCOLS FILE.

It pauses as soon as something has come, and plays on when it is told so by a line of input."""

import os
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

url, protocols, path = sys.argv[1:]
Gst.init(None)
# A sink that waits for data before it is paused would wait for ever: the source has stopped.
pipeline = Gst.parse_launch(
    f"rtspsrc location={url} protocols={protocols} latency=200 ! rtpjpegdepay"
    f" ! filesink location={path} buffer-mode=unbuffered sync=false async=false"
)
loop = GLib.MainLoop()


def pause_when_something_has_come():
    if os.path.exists(path) and os.path.getsize(path) > 0:
        pipeline.set_state(Gst.State.PAUSED)
        return False
    return True


def play_on(_source, _condition):
    pipeline.set_state(Gst.State.PLAYING)
    return False


def end(_bus, message):
    if message.type in (Gst.MessageType.EOS, Gst.MessageType.ERROR):
        loop.quit()


bus = pipeline.get_bus()
bus.add_signal_watch()
bus.connect("message", end)
GLib.timeout_add(20, pause_when_something_has_come)
GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN, play_on)
pipeline.set_state(Gst.State.PLAYING)
loop.run()
pipeline.set_state(Gst.State.NULL)
