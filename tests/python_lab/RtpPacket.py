"""One RTP packet: a header of 12 bytes, then the picture."""

from time import time

HEADER_SIZE = 12


class RtpPacket:
    """Encodes a packet for the server, decodes one for the client."""

    def __init__(self):
        self.header = bytearray(HEADER_SIZE)
        self.payload = b''

    def encode(self, version, padding, extension, cc, seqnum, marker, pt, ssrc, payload):
        """Fill the header with the fields and keep the payload."""
        timestamp = int(time())
        header = bytearray(HEADER_SIZE)
        header[0] = version << 6 | padding << 5 | extension << 4 | cc
        header[1] = marker << 7 | pt
        header[2] = (seqnum >> 8) & 0xFF
        header[3] = seqnum & 0xFF
        header[4] = (timestamp >> 24) & 0xFF
        header[5] = (timestamp >> 16) & 0xFF
        header[6] = (timestamp >> 8) & 0xFF
        header[7] = timestamp & 0xFF
        header[8] = (ssrc >> 24) & 0xFF
        header[9] = (ssrc >> 16) & 0xFF
        header[10] = (ssrc >> 8) & 0xFF
        header[11] = ssrc & 0xFF
        self.header = header
        self.payload = payload

    def decode(self, byteStream):
        """Cut a received datagram into header and payload."""
        self.header = bytearray(byteStream[:HEADER_SIZE])
        self.payload = byteStream[HEADER_SIZE:]

    def version(self):
        """Return the RTP version, 2."""
        return self.header[0] >> 6

    def seqNum(self):
        """Return the sequence number, in this lab the frame number."""
        return self.header[2] << 8 | self.header[3]

    def timestamp(self):
        """Return the timestamp, in this lab Unix time in seconds."""
        return self.header[4] << 24 | self.header[5] << 16 | self.header[6] << 8 | self.header[7]

    def payloadType(self):
        """Return the payload type, 26 for Motion JPEG."""
        return self.header[1] & 0x7F

    def getPayload(self):
        """Return the payload: one whole JPEG file."""
        return self.payload

    def getPacket(self):
        """Return header and payload as they go into a datagram."""
        return bytes(self.header) + self.payload
