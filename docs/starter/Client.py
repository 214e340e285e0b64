"""The client: its window, its requests, and the movie that comes."""

import io
import queue
import socket
import threading
from tkinter import Button, Label, PhotoImage, messagebox

from PIL import Image, ImageTk

from RtpPacket import RtpPacket

CACHE_FILE_NAME = 'cache-'
CACHE_FILE_EXT = '.jpg'


class Client:
    """Four buttons send requests. What comes is taken by two threads, one for replies and one for
    packets; only the window's own thread draws, and it takes the pictures out of a queue.
    """

    INIT = 0
    READY = 1
    PLAYING = 2

    SETUP = 0
    PLAY = 1
    PAUSE = 2
    TEARDOWN = 3

    def __init__(self, master, serveraddr, serverport, rtpport, filename):
        self.master = master
        self.serverAddr = serveraddr
        self.serverPort = serverport
        self.rtpPort = rtpport
        self.fileName = filename
        self.state = self.INIT
        self.rtspSeq = 0       # the CSeq of the last request
        self.sessionId = 0     # 0: none yet
        self.requestSent = -1  # which one is not answered yet
        self.teardownAcked = 0
        self.frameNbr = 0      # the number of the last picture
        self.received = ''     # what has come and is no whole reply yet (step 5)
        self.rtpSocket = None
        self.listener = None   # the thread that takes packets
        self.playEvent = threading.Event()  # set to tell it to stop
        self.forWindow = queue.Queue()      # what the window shall do, from other threads
        self.createWidgets()
        self.connectToServer()
        self.workForWindow()

    # The window

    def createWidgets(self):
        """Build the window: the movie, and below it the buttons."""
        buttons = [('Setup', self.setupMovie), ('Play', self.playMovie),
                   ('Pause', self.pauseMovie), ('Teardown', self.exitClient)]
        for column, (text, command) in enumerate(buttons):
            button = Button(self.master, text=text, command=command, width=12, pady=4)
            button.grid(row=1, column=column, padx=2, pady=2)
        nothing = PhotoImage(width=384, height=288)  # so that no button moves when the movie comes
        self.label = Label(self.master, image=nothing)
        self.label.image = nothing  # Tk itself does not keep it
        self.label.grid(row=0, column=0, columnspan=4, padx=4, pady=4)
        self.master.protocol('WM_DELETE_WINDOW', self.handler)

    def workForWindow(self):
        """Do what other threads have asked the window's thread for, fifty times a second."""
        self.master.after(20, self.workForWindow)
        while not self.forWindow.empty():
            work, argument = self.forWindow.get()
            work(argument)

    def warn(self, text):
        """Show a message box. Any thread may call this."""
        self.forWindow.put((lambda text: messagebox.showwarning('RTP client', text), text))

    def setupMovie(self):
        """The button Setup."""
        if self.state == self.INIT:
            self.sendRtspRequest(self.SETUP)

    def playMovie(self):
        """The button Play."""
        if self.state == self.READY:
            self.listen()
            self.sendRtspRequest(self.PLAY)

    def pauseMovie(self):
        """The button Pause."""
        if self.state == self.PLAYING:
            self.sendRtspRequest(self.PAUSE)

    def exitClient(self):
        """The button Teardown: end the session, and the program."""
        # TO COMPLETE (step 5): say TEARDOWN, and put away all that this program has opened: the
        # thread that takes packets, both sockets, the file of writeFrame, the window.
        # Given: the window is closed by self.master.destroy(). What is in use is closed last.
        raise NotImplementedError('step 5: Client.exitClient')

    def handler(self):
        """The window's cross: pause, ask, and end or play on."""
        wasPlaying = self.state == self.PLAYING
        try:
            self.pauseMovie()
            if not messagebox.askokcancel('RTP client', 'Do you want to quit?'):
                if wasPlaying:
                    self.playMovie()
                return
            self.exitClient()
        except NotImplementedError:
            self.master.destroy()  # so that it can be closed before step 5
            raise

    # Requests and replies

    def connectToServer(self):
        """Connect to the server."""
        self.rtspSocket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self.rtspSocket.connect((self.serverAddr, self.serverPort))
        except OSError as error:
            self.warn("Connection to '%s' failed: %s" % (self.serverAddr, error))

    def sendRtspRequest(self, requestCode):
        """Send a request, if the state allows it.

        TO COMPLETE: each branch counts self.rtspSeq by one, and leaves behind `request`, the three
        lines as they go over the wire. Given: fileName, rtpPort, sessionId.
        """
        if requestCode == self.SETUP and self.state == self.INIT:
            threading.Thread(target=self.recvRtspReply, daemon=True).start()
            # TO COMPLETE (step 1)
            raise NotImplementedError('step 1: Client.sendRtspRequest, SETUP')
        elif requestCode == self.PLAY and self.state == self.READY:
            # TO COMPLETE (step 2)
            raise NotImplementedError('step 2: Client.sendRtspRequest, PLAY')
        elif requestCode == self.PAUSE and self.state == self.PLAYING:
            # TO COMPLETE (step 5)
            raise NotImplementedError('step 5: Client.sendRtspRequest, PAUSE')
        elif requestCode == self.TEARDOWN and self.state != self.INIT:
            # TO COMPLETE (step 5)
            raise NotImplementedError('step 5: Client.sendRtspRequest, TEARDOWN')
        else:
            return
        self.requestSent = requestCode
        print('Data sent:\n' + request, flush=True)
        self.rtspSocket.sendall(request.encode())

    def recvRtspReply(self):
        """Take replies until TEARDOWN is answered, or the connection has ended."""
        while self.teardownAcked == 0:
            reply = self.nextReply()
            if not reply:
                self.serverHasGone()
                return
            print('Data received:\n' + reply, flush=True)
            self.parseRtspReply(reply)

    def nextReply(self):
        """Return the text of the next reply; it is empty when the connection has ended."""
        # TO COMPLETE (step 5): it works as long as each recv brings one reply, and the whole of it.
        # Given: the connection; self.received, for what is left over. Left behind: the same.
        return self.rtspSocket.recv(1024).decode()  # step 5: Client.nextReply

    def serverHasGone(self):
        """The connection has ended, and nobody has asked for it."""
        # TO COMPLETE (step 5): tell the user, and stop listening for packets.
        raise NotImplementedError('step 5: Client.serverHasGone')

    def parseRtspReply(self, data):
        """Read a reply's three lines. If it grants the last request, the state changes."""
        # TO COMPLETE (step 2): return here unless all is right, looked at in this order: the CSeq
        # is that of the last request; the status is 200; the session is this client's, or the
        # first one that it is told, and then it is kept in self.sessionId.
        raise NotImplementedError('step 2: Client.parseRtspReply')

        if self.requestSent == self.SETUP:
            # TO COMPLETE (step 2): the RTP port is open (self.openRtpPort) before the state says so.
            raise NotImplementedError('step 2: Client.parseRtspReply, SETUP')
        elif self.requestSent == self.PLAY:
            # TO COMPLETE (step 2)
            raise NotImplementedError('step 2: Client.parseRtspReply, PLAY')
        elif self.requestSent == self.PAUSE:
            # TO COMPLETE (step 5): the thread that takes packets is told, by self.playEvent.
            raise NotImplementedError('step 5: Client.parseRtspReply, PAUSE')
        elif self.requestSent == self.TEARDOWN:
            # TO COMPLETE (step 5): self.teardownAcked ends the threads.
            raise NotImplementedError('step 5: Client.parseRtspReply, TEARDOWN')

    # Packets

    def openRtpPort(self):
        """Open the port at which the movie comes."""
        # TO COMPLETE (step 2): a datagram socket with a timeout of 0.5 s, bound to self.rtpPort.
        # Left behind: self.rtpSocket. If the port is not free, self.warn says so.
        raise NotImplementedError('step 2: Client.openRtpPort')

    def listen(self):
        """Start the thread that takes packets; one at a time."""
        if self.playEvent.is_set() and self.listener:
            self.listener.join()
        self.playEvent.clear()
        if not self.listener or not self.listener.is_alive():
            self.listener = threading.Thread(target=self.listenRtp, daemon=True)
            self.listener.start()

    def listenRtp(self):
        """Take packets until it is told to stop, which it looks for when none comes for 0.5 s."""
        while True:
            try:
                data = self.rtpSocket.recv(20480)
            except socket.timeout:
                if self.playEvent.is_set() or self.teardownAcked == 1:
                    return
                continue
            rtpPacket = RtpPacket()
            rtpPacket.decode(data)
            number = rtpPacket.seqNum()
            self.countPacket(number)
            if number > self.frameNbr:  # a picture that comes too late is not shown any more
                self.frameNbr = number
                self.forWindow.put((self.showFrame, rtpPacket.getPayload()))

    def showFrame(self, data):
        """Keep the picture in a file, and show it."""
        self.updateMovie(self.writeFrame(data))

    def writeFrame(self, data):
        """Write a picture to the cache file, and return the file's name."""
        with open(self.cacheFile(), 'wb') as file:
            file.write(data)
        return self.cacheFile()

    def cacheFile(self):
        """Return the name of the file that has the last picture."""
        return CACHE_FILE_NAME + str(self.sessionId) + CACHE_FILE_EXT

    def updateMovie(self, imageFile):
        """Show the picture of a file."""
        with open(imageFile, 'rb') as file:
            picture = Image.open(io.BytesIO(file.read()))
        photo = ImageTk.PhotoImage(picture)
        self.label.configure(image=photo)
        self.label.image = photo

    # Statistics

    def countPacket(self, number):
        """A packet with that number has come; self.frameNbr is still the one before it."""
        # TO COMPLETE (step 6): which packets are lost, which come late, which come twice?
        return  # step 6: Client.countPacket

    def printStatistics(self):
        """Print what was counted; this is called when the window has been closed."""
        # TO COMPLETE (step 6): a line each, such as `lost: 3` and `late: 0`.
        return  # step 6: Client.printStatistics
