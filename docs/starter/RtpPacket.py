"""RTP packets: a header of twelve bytes, and behind it the picture."""

from time import time

HEADER_SIZE = 12


class RtpPacket:
    """The server encodes packets, the client decodes them."""

    def __init__(self):
        self.header = bytearray(HEADER_SIZE)
        self.payload = b''

    def encode(self, version, padding, extension, cc, seqnum, marker, pt, ssrc, payload):
        """Make the packet: fill the header, and keep the payload."""
        timestamp = int(time())
        header = bytearray(HEADER_SIZE)
        # TO COMPLETE (step 3): put each field into its bits.
        # Given: the nine numbers and bytes above, the timestamp, and twelve bytes that are 0.
        # Left behind: self.header, the twelve bytes as RFC 3550 section 5.1 (the report's figure 3)
        # draws them; self.payload.
        raise NotImplementedError('step 3: RtpPacket.encode')

    def decode(self, byteStream):
        """Take apart a packet that has come."""
        self.header = bytearray(byteStream[:HEADER_SIZE])
        self.payload = byteStream[HEADER_SIZE:]

    def version(self):
        """Return the version, which is 2 today."""
        return self.header[0] >> 6

    def seqNum(self):
        """Return the sequence number. In this lab it is the picture's number, too."""
        return int.from_bytes(self.header[2:4], 'big')

    def timestamp(self):
        """Return the timestamp."""
        return int.from_bytes(self.header[4:8], 'big')

    def payloadType(self):
        """Return the payload type. That of JPEG is 26."""
        return self.header[1] & 127

    def getPayload(self):
        """Return what is behind the header."""
        return self.payload

    def getPacket(self):
        """Return the packet as it is sent."""
        return bytes(self.header) + self.payload
