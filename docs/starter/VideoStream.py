"""The frames of a movie's file."""


class VideoStream:
    """Reads a movie: before each picture, a JPEG file, stands its length in five digits."""

    def __init__(self, filename):
        """Open the file. An OSError says that this is not possible."""
        self.filename = filename
        self.file = open(filename, 'rb')
        self.frameNum = 0

    def nextFrame(self):
        """Return the next picture; at the end of the movie it is empty."""
        length = self.file.read(5)
        if not length:
            return b''
        self.frameNum += 1
        return self.file.read(int(length))

    def frameNbr(self):
        """Return the number of the picture that was read last. The first one is 1."""
        return self.frameNum

    def close(self):
        """Close the file."""
        self.file.close()
