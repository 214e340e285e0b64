"""Prints a checksum of every frame that OpenCV shows: opencv.py TRANSPORT SOURCE WIDTH HEIGHT."""

import hashlib
import os
import sys

transport, source, width, height = sys.argv[1:]
options = "rtsp_transport;" + transport + "|buffer_size;4000000"
if source.startswith("rtsp:"):
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = options

import cv2  # noqa: E402, for it reads the options

capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG)
while True:
    there, picture = capture.read()
    if not there:
        break
    picture = picture[: int(height), : int(width)]
    print(hashlib.sha1(picture.tobytes()).hexdigest())
