"""The server's side of one connection: answers requests, and sends the movie."""

import socket
import threading
import time
from random import randint

from RtpPacket import RtpPacket
from VideoStream import VideoStream

FRAME_TIME = 0.05  # seconds


class ServerWorker:
    """Serves one client. `clientInfo` has all that belongs to its session:

    rtspSocket   the connection and the client's address, as accept returned them
    videoStream  the movie, from SETUP on
    rtpPort      where the client wants to have it
    session      the session's number
    rtpSocket    what the packets are sent by, from PLAY on
    event        set to tell the thread that sends to stop
    worker       that thread
    """

    SETUP = 'SETUP'
    PLAY = 'PLAY'
    PAUSE = 'PAUSE'
    TEARDOWN = 'TEARDOWN'

    INIT = 0
    READY = 1
    PLAYING = 2

    OK_200 = 'RTSP/1.0 200 OK'
    FILE_NOT_FOUND_404 = 'RTSP/1.0 404 File Not Found'
    CON_ERR_500 = 'RTSP/1.0 500 Connection Error'

    def __init__(self, clientInfo):
        self.clientInfo = clientInfo
        self.clientInfo['session'] = 0
        self.connection = clientInfo['rtspSocket'][0]
        self.received = ''  # what has come and is no whole request yet (step 6)
        self.state = self.INIT

    def run(self):
        """Start the thread that serves this client."""
        threading.Thread(target=self.recvRtspRequest, daemon=True).start()

    def recvRtspRequest(self):
        """Answer one request after the other, until the client has gone."""
        request = self.nextRequest()
        while request:
            print('Data received:\n' + request, flush=True)
            self.processRtspRequest(request)
            request = self.nextRequest()
        self.clientHasGone()

    def nextRequest(self):
        """Return the text of the next request; it is empty when the client has gone."""
        # TO COMPLETE (step 6): it works as long as each recv brings one request, neither more nor
        # less, and as long as no client is killed: recv raises a ConnectionResetError then.
        # Given: the connection; self.received, for what is left over. Left behind: the same.
        return self.connection.recv(256).decode()  # step 6: ServerWorker.nextRequest

    def clientHasGone(self):
        """End the session, and the connection."""
        # TO COMPLETE (step 6): the client may have been playing, and need not have said TEARDOWN.
        # Left behind: no thread that sends, no open file, no open socket.
        raise NotImplementedError('step 6: ServerWorker.clientHasGone')

    def processRtspRequest(self, data):
        """Do what a request asks for, if the state allows it, and answer."""
        lines = data.split('\n')
        requestType, filename = lines[0].split(' ')[:2]
        seq = lines[1].split(' ')[1]

        if requestType == self.SETUP and self.state == self.INIT:
            if not self.isOffered(filename):
                self.movieNotFound(seq)
                return
            try:
                self.clientInfo['videoStream'] = VideoStream(filename)
            except OSError:
                self.movieNotFound(seq)
                return
            self.clientInfo['rtpPort'] = int(lines[2].split('client_port=')[1])
            self.clientInfo['session'] = randint(100000, 999999)
            self.state = self.READY
            self.replyRtsp(self.OK_200, seq)

        elif requestType == self.PLAY and self.state == self.READY:
            self.clientInfo['rtpSocket'] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.state = self.PLAYING
            self.replyRtsp(self.OK_200, seq)
            self.clientInfo['event'] = threading.Event()
            self.clientInfo['worker'] = threading.Thread(target=self.sendRtp, daemon=True)
            self.clientInfo['worker'].start()

        elif requestType == self.PAUSE and self.state == self.PLAYING:
            # TO COMPLETE (step 5): no packet may leave after the reply, and PLAY goes on with the
            # next picture. Left behind: the state; no thread that sends, and no socket of it.
            raise NotImplementedError('step 5: ServerWorker.processRtspRequest, PAUSE')

        elif requestType == self.TEARDOWN and self.state != self.INIT:
            # TO COMPLETE (step 5): the session ends, and another SETUP is welcome.
            # Left behind: the state; no thread, file or socket of the session; session 0.
            raise NotImplementedError('step 5: ServerWorker.processRtspRequest, TEARDOWN')

    def isOffered(self, filename):
        """Return whether a client may have that file."""
        # TO COMPLETE (step 2): the movies of this folder, and nothing outside of it.
        return True  # step 2: ServerWorker.isOffered

    def movieNotFound(self, seq):
        """Answer a SETUP whose movie is not there."""
        # TO COMPLETE (step 2): one request, one reply. Given: the request's CSeq.
        raise NotImplementedError('step 2: ServerWorker.movieNotFound')

    def replyRtsp(self, status, seq):
        """Send a reply: the status, the request's CSeq, the session."""
        lines = [status, 'CSeq: ' + seq, 'Session: %d' % self.clientInfo['session']]
        self.connection.sendall('\n'.join(lines).encode())

    def sendRtp(self):
        """Send a picture each 0.05 s, until the event is set or the movie is over."""
        address = (self.clientInfo['rtspSocket'][1][0], self.clientInfo['rtpPort'])
        due = time.monotonic()
        while True:
            # By the clock: what the work takes is no part of the next wait.
            due += FRAME_TIME
            if self.clientInfo['event'].wait(max(0, due - time.monotonic())):
                break
            frame = self.clientInfo['videoStream'].nextFrame()
            if not frame:
                break
            packet = self.makeRtp(frame, self.clientInfo['videoStream'].frameNbr())
            try:
                self.clientInfo['rtpSocket'].sendto(packet, address)
            except OSError as error:
                print('Connection Error: %s' % error, flush=True)

    def makeRtp(self, payload, frameNbr):
        """Return the packet of a picture: version 2, payload type 26, all else 0."""
        packet = RtpPacket()
        packet.encode(2, 0, 0, 0, frameNbr, 0, 26, self.clientInfo['session'], payload)
        return packet.getPacket()
