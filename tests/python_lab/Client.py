"""The client: its window, what the buttons do, RTSP requests, RTP frames, statistics."""

import os
import socket
import tempfile
import threading
import time

from RtpPacket import RtpPacket

CACHE_FILE_NAME = 'cache-'
CACHE_FILE_EXT = '.jpg'
REPLY_LIMIT = 5  # seconds


class ClientError(Exception):
    """What the lab shows in a message box; its text is one line."""


class Client:
    """Asks a server for a movie and receives its frames.

    As in the lab a reply is split by line and word number, and a frame counts only if its number
    is larger than the last one's. Without a window (master is None) a script calls what the buttons
    call; Tk and PIL are imported where the window needs them, as not every machine has them.
    """

    INIT = 0
    READY = 1
    PLAYING = 2

    SETUP = 0
    PLAY = 1
    PAUSE = 2
    TEARDOWN = 3
    DESCRIBE = 4
    REQUEST_NAMES = ['SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'DESCRIBE']

    def __init__(self, master, serveraddr, serverport, rtpport, filename, frameFolder=None):
        """Connect to the server. Frames are kept in frameFolder, without one only the last is."""
        self.master = master
        self.serverAddr = serveraddr
        self.serverPort = serverport
        self.rtpPort = rtpport
        self.fileName = filename
        self.frameFolder = frameFolder

        self.state = self.INIT
        self.rtspSeq = 0
        self.sessionId = 0
        self.requestSent = -1
        self.teardownAcked = 0
        self.frameNbr = 0
        self.rtpSocket = None
        self.receiver = None
        self.listener = None
        self.setupEvent = threading.Event()  # a reply has come, for playMovie
        self.playEvent = threading.Event()   # the listening thread shall end
        self.replyEvent = threading.Event()  # the last request is done with, for waitForReply
        self.replyStatus = ''
        self.replyCode = 0
        self.sendTime = 0
        self.replySeconds = {}
        self.description = None
        self.failure = None  # the first thing that went wrong in a thread

        self.framesReceived = 0
        self.firstFrame = 0
        self.bytesReceived = 0
        self.packetsLost = 0
        self.packetsLate = 0
        self.badJpegs = 0
        self.playSeconds = 0
        self.playIntervals = 0
        self.lastFrameTime = None
        self.lastPacketTime = 0

        if self.master:
            self.createWidgets()
        self.connectToServer()
        self.cacheFolder = tempfile.TemporaryDirectory()

    def createWidgets(self):
        """Build the window: the movie, and below it a row of buttons."""
        import tkinter
        buttons = [('Setup', self.setupMovie), ('Play', self.playMovie), ('Pause', self.pauseMovie),
                   ('Teardown', self.exitClient), ('Describe', self.describeMovie)]
        for column, (text, command) in enumerate(buttons):
            button = tkinter.Button(self.master, text=text, command=command, width=14)
            button.grid(row=1, column=column, padx=2, pady=4)
        self.label = tkinter.Label(self.master, height=19)
        self.label.grid(row=0, column=0, columnspan=len(buttons), sticky='nsew', padx=4, pady=4)
        # The cross of the window is one more button.
        self.master.protocol('WM_DELETE_WINDOW', self.handler)

    def setupMovie(self):
        """Setup button handler."""
        if self.state == self.INIT:
            self.sendRtspRequest(self.SETUP)

    def exitClient(self):
        """Teardown button handler: the window closes, too."""
        self.sendRtspRequest(self.TEARDOWN)
        if self.master:
            self.master.destroy()

    def pauseMovie(self):
        """Pause button handler."""
        if self.state == self.PLAYING:
            self.sendRtspRequest(self.PAUSE)

    def playMovie(self):
        """Play button handler; extension 2: in INIT it does what the Setup button does first."""
        if self.state == self.INIT:
            self.setupEvent.clear()
            self.sendRtspRequest(self.SETUP)
            self.setupEvent.wait(timeout=0.5)
        if self.state == self.READY:
            self.waitForListener()
            # Create a new thread to listen for RTP packets.
            self.playEvent.clear()
            self.lastFrameTime = None
            self.listener = threading.Thread(target=self.listenRtp, daemon=True)
            self.listener.start()
            self.sendRtspRequest(self.PLAY)

    def describeMovie(self):
        """Describe button handler (extension 3)."""
        self.sendRtspRequest(self.DESCRIBE)

    def listenRtp(self):
        """Receive packets, until none comes for 0.5 s after PAUSE or TEARDOWN was answered."""
        while True:
            try:
                data = self.rtpSocket.recv(20480)
            except socket.timeout:
                if self.playEvent.is_set() or self.teardownAcked == 1:
                    break
                continue
            except OSError:
                break  # closed
            try:
                rtpPacket = RtpPacket()
                rtpPacket.decode(data)
                self.countPacket(rtpPacket)
            except (OSError, IndexError) as error:
                self.fail('Unable to use a packet of %d bytes: %s' % (len(data), error))
                break

    def countPacket(self, rtpPacket):
        """Count a packet (extension 1), and show its frame if it is a new one."""
        now = time.monotonic()
        self.lastPacketTime = now
        currFrameNbr = rtpPacket.seqNum()
        if currFrameNbr <= self.frameNbr:  # Discard the late packet.
            self.packetsLate += 1
            return

        if self.framesReceived == 0:
            self.firstFrame = currFrameNbr
        if self.lastFrameTime is not None:
            self.playSeconds += now - self.lastFrameTime
            self.playIntervals += 1
        self.lastFrameTime = now
        self.packetsLost += currFrameNbr - self.frameNbr - 1
        self.bytesReceived += len(rtpPacket.getPayload())
        self.frameNbr = currFrameNbr
        self.updateMovie(self.writeFrame(rtpPacket.getPayload()))
        self.framesReceived += 1

    def writeFrame(self, data):
        """Write the received frame to an image file. Return the image file."""
        if self.frameFolder:
            imageFile = os.path.join(self.frameFolder, 'frame-%04d.jpg' % self.frameNbr)
        else:
            cachename = CACHE_FILE_NAME + str(self.sessionId) + CACHE_FILE_EXT
            imageFile = os.path.join(self.cacheFolder.name, cachename)
        with open(imageFile, 'wb') as file:
            file.write(data)
        return imageFile

    def updateMovie(self, imageFile):
        """Show the image file in the window. Without one look at it: is it a whole JPEG?"""
        if self.master:
            from PIL import Image, ImageTk
            photo = ImageTk.PhotoImage(Image.open(imageFile))
            self.label.configure(image=photo, height=photo.height())
            self.label.image = photo  # Tk alone does not keep it
            return
        with open(imageFile, 'rb') as file:
            data = file.read()
        if not (data.startswith(b'\xff\xd8') and data.endswith(b'\xff\xd9')):
            self.badJpegs += 1

    def connectToServer(self):
        """Connect to the server. Start a new RTSP/TCP session."""
        self.rtspSocket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.rtspSocket.settimeout(REPLY_LIMIT)
        try:
            self.rtspSocket.connect((self.serverAddr, self.serverPort))
        except OSError as error:
            self.rtspSocket.close()
            raise ClientError("Connection to '%s' failed: %s" % (self.serverAddr, error))
        self.rtspSocket.settimeout(None)

    def sendRtspRequest(self, requestCode):
        """Send a request to the server, if the state allows it."""
        if requestCode == self.SETUP and self.state == self.INIT:
            self.receiver = threading.Thread(target=self.recvRtspReply, daemon=True)
            self.receiver.start()
            self.rtspSeq += 1
            request = 'SETUP ' + self.fileName + ' RTSP/1.0\n' + \
                      'CSeq: ' + str(self.rtspSeq) + '\n' + \
                      'Transport: RTP/UDP; client_port= ' + str(self.rtpPort)
        elif requestCode == self.PLAY and self.state == self.READY:
            self.rtspSeq += 1
            request = 'PLAY ' + self.fileName + ' RTSP/1.0\n' + \
                      'CSeq: ' + str(self.rtspSeq) + '\n' + \
                      'Session: ' + str(self.sessionId)
        elif requestCode == self.PAUSE and self.state == self.PLAYING:
            self.rtspSeq += 1
            request = 'PAUSE ' + self.fileName + ' RTSP/1.0\n' + \
                      'CSeq: ' + str(self.rtspSeq) + '\n' + \
                      'Session: ' + str(self.sessionId)
        elif requestCode == self.TEARDOWN and not self.state == self.INIT:
            self.rtspSeq += 1
            request = 'TEARDOWN ' + self.fileName + ' RTSP/1.0\n' + \
                      'CSeq: ' + str(self.rtspSeq) + '\n' + \
                      'Session: ' + str(self.sessionId)
        elif requestCode == self.DESCRIBE and not self.state == self.INIT:
            self.rtspSeq += 1
            request = 'DESCRIBE ' + self.fileName + ' RTSP/1.0\n' + \
                      'CSeq: ' + str(self.rtspSeq) + '\n' + \
                      'Session: ' + str(self.sessionId)
        else:
            return

        self.requestSent = requestCode
        self.replyEvent.clear()
        print('Data sent:\n' + request, flush=True)
        self.sendTime = time.monotonic()
        try:
            self.rtspSocket.sendall(request.encode())
        except OSError as error:
            raise ClientError('Unable to send %s: %s' % (self.REQUEST_NAMES[requestCode], error))

    def recvRtspReply(self):
        """Receive replies, and the description after one, until TEARDOWN has been answered."""
        while self.teardownAcked == 0:
            try:
                data = self.rtspSocket.recv(1024)
            except OSError:
                data = b''
            if not data:
                self.fail('The server has closed the connection')
                break
            try:
                # Reply and description may come together or one after the other.
                reply, title, text = data.decode('utf-8').partition('\nSession Description:')
                if reply:
                    self.parseRtspReply(reply)
            except (IndexError, ValueError):
                self.fail('Unable to parse the reply %r' % data)
                break
            if title:
                self.description = title + text
                print(self.description, flush=True)
                self.replyEvent.set()
        self.rtspSocket.close()

    def parseRtspReply(self, data):
        """Parse a reply: line 1 has the status, line 2 the sequence number, line 3 the session."""
        lines = data.split('\n')
        seqNum = int(lines[1].split(' ')[1])

        # Process only if the reply's sequence number is the request's.
        if seqNum != self.rtspSeq:
            return
        session = int(lines[2].split(' ')[1])
        if self.sessionId == 0:
            self.sessionId = session
        # Process only if the session ID is the same.
        if self.sessionId != session:
            return

        self.noteReplyTime()
        self.replyStatus = lines[0].strip()
        self.replyCode = int(lines[0].split(' ')[1])
        if self.replyCode == 200:
            if self.requestSent == self.SETUP:
                self.state = self.READY
                self.openRtpPort()
            elif self.requestSent == self.PLAY:
                self.state = self.PLAYING
            elif self.requestSent == self.PAUSE:
                self.state = self.READY
                # The listening thread exits. A new one is created on resume.
                self.playEvent.set()
            elif self.requestSent == self.TEARDOWN:
                self.state = self.INIT
                # The threads exit.
                self.teardownAcked = 1
            elif self.requestSent == self.DESCRIBE:
                return  # The description is still to come.
        self.replyEvent.set()
        self.setupEvent.set()

    def openRtpPort(self):
        """Open the RTP socket, bound to the port that the user gave."""
        self.rtpSocket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Set the timeout value of the socket to 0.5 s.
        self.rtpSocket.settimeout(0.5)
        try:
            self.rtpSocket.bind(('', self.rtpPort))
        except OSError as error:
            self.fail('Unable to bind PORT=%d: %s' % (self.rtpPort, error))

    def handler(self):
        """Handler on explicitly closing the client: pause, ask, then exit or play on."""
        self.pauseMovie()
        if self.master:
            from tkinter import messagebox
            if messagebox.askokcancel('Quit?', 'Do you want to close the player?'):
                self.exitClient()
            else:
                self.playMovie()
            return
        # A script is not asked.
        self.waitForReply()
        self.exitClient()
        self.waitForReply()

    def waitForReply(self):
        """Wait until the last request has been answered; anything but 200 is an error."""
        if self.requestSent == -1:
            return
        name = self.REQUEST_NAMES[self.requestSent]
        if not self.replyEvent.wait(REPLY_LIMIT):
            raise ClientError('%s was not answered within %d s' % (name, REPLY_LIMIT))
        self.checkFailure()
        if self.replyCode != 200:
            raise ClientError("%s was answered '%s'" % (name, self.replyStatus))

    def waitForListener(self):
        """Wait until the listening thread of the last PLAY has ended."""
        if self.listener:
            self.listener.join(2)
            if self.listener.is_alive():
                raise ClientError('The server goes on sending after PAUSE')

    def fail(self, message):
        """Keep the first failure of a thread for the main thread, and wake that up."""
        self.failure = self.failure or message
        self.replyEvent.set()

    def checkFailure(self):
        """Raise what a thread has kept."""
        if self.failure:
            raise ClientError(self.failure)

    def noteReplyTime(self):
        """Keep the longest time that a reply to this kind of request took."""
        seconds = time.monotonic() - self.sendTime
        self.replySeconds[self.requestSent] = \
            max(seconds, self.replySeconds.get(self.requestSent, 0))

    def close(self):
        """End the threads, close the sockets and remove the cache file."""
        if self.receiver:
            try:
                self.rtspSocket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the connection has already ended
            self.receiver.join()
        self.rtspSocket.close()
        if self.listener:
            self.playEvent.set()
            self.listener.join(2)
        if self.rtpSocket:
            self.rtpSocket.close()
        self.cacheFolder.cleanup()

    def printStatistics(self):
        """Print the statistics of the session (extension 1) as `name: value` lines."""
        print('frames: %d' % self.framesReceived)
        print('first frame: %d' % self.firstFrame)
        print('last frame: %d' % self.frameNbr)
        print('bytes: %d' % self.bytesReceived)
        print('lost: %d' % self.packetsLost)
        print('late: %d' % self.packetsLate)
        print('bad jpeg: %d' % self.badJpegs)
        print('seconds: %.3f' % self.playSeconds)
        rate = self.playIntervals / self.playSeconds if self.playSeconds else 0
        print('frames per second: %.2f' % rate)
        print('session: %d' % self.sessionId)
        if self.SETUP in self.replySeconds:
            print('setup reply ms: %.1f' % (1000 * self.replySeconds[self.SETUP]))
        if self.PLAY in self.replySeconds:
            print('play reply ms: %.1f' % (1000 * self.replySeconds[self.PLAY]))
        if self.description is not None:
            print('description: %r' % self.description)
