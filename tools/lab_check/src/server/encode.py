"""Prints what the RtpPacket in a folder makes of some fields: encode.py FOLDER

Each line is a field, its name and the first twelve bytes of the packet in hexadecimal, or an error. Only
one field at a time differs from what the lab sends, and is all ones.
"""

import sys

sys.dont_write_bytecode = True  # leave no __pycache__ beside the sources
sys.path.insert(0, sys.argv[1])

from RtpPacket import RtpPacket

PLAIN = {'version': 2, 'padding': 0, 'extension': 0, 'cc': 0, 'seqnum': 1, 'marker': 0, 'pt': 26, 'ssrc': 0}
OTHER = {'padding': 1, 'extension': 1, 'cc': 15, 'marker': 1, 'ssrc': 0x01020304}

RtpPacket.encode  # it has none: that is told
for name, value in OTHER.items():
    fields = dict(PLAIN, **{name: value})
    packet = RtpPacket()
    try:
        packet.encode(*fields.values(), b'payload')
        print('\nencoded', name, bytes(packet.getPacket())[:12].hex(), flush=True)
    except Exception as error:
        print('\nrefused', name, '%s: %s' % (type(error).__name__, error), flush=True)
