"""The frames of a movie file."""


class VideoStream:
    """Reads `movie.Mjpeg`: for each frame its length in 5 digits, and then the JPEG."""

    def __init__(self, filename):
        """Open the movie; raises IOError if that is not possible."""
        self.filename = filename
        self.file = open(filename, 'rb')
        self.frameNum = 0

    def nextFrame(self):
        """Return the next frame, or empty bytes at the end of the movie."""
        data = self.file.read(5)
        if data:
            data = self.file.read(int(data))
            self.frameNum += 1
        return data

    def frameNbr(self):
        """Return the number of the frame that was read last; the first one is 1."""
        return self.frameNum

    def close(self):
        """Close the file."""
        self.file.close()
