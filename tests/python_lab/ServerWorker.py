"""The server's side of one connection."""

import socket
import threading
from random import randint

from RtpPacket import RtpPacket
from VideoStream import VideoStream

CRLF = '\r\n'
MJPEG_TYPE = '26'


class ServerWorker:
    """Answers the RTSP requests of one client and sends it the movie over RTP.

    As in the lab a request is split by line and word number and nothing is checked, and a request
    that the state does not allow gets no answer.
    """

    SETUP = 'SETUP'
    PLAY = 'PLAY'
    PAUSE = 'PAUSE'
    TEARDOWN = 'TEARDOWN'
    DESCRIBE = 'DESCRIBE'

    INIT = 0
    READY = 1
    PLAYING = 2

    OK_200 = 0
    FILE_NOT_FOUND_404 = 1
    CON_ERR_500 = 2

    def __init__(self, clientInfo):
        self.state = self.INIT
        self.clientInfo = clientInfo
        self.clientInfo['session'] = 0

    def run(self):
        """Start the thread that serves the connection."""
        self.thread = threading.Thread(target=self.recvRtspRequest, daemon=True)
        self.thread.start()

    def stop(self):
        """End the connection and wait for its threads."""
        try:
            self.clientInfo['rtspSocket'][0].shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the client was faster
        self.thread.join()

    def recvRtspRequest(self):
        """Receive requests until the connection ends, then release what the session held."""
        connSocket = self.clientInfo['rtspSocket'][0]
        try:
            data = connSocket.recv(256).decode('utf-8')
            while data:
                print('Data received:\n' + data, flush=True)
                self.processRtspRequest(data)
                data = connSocket.recv(256).decode('utf-8')
        except (IndexError, ValueError):
            print('Request not understood', flush=True)
        except OSError:
            print('Connection Error', flush=True)
        finally:
            self.release()
            connSocket.close()

    def processRtspRequest(self, data):
        """Do what one request asks for, and answer it."""
        # Line 1: request type and file name. Line 2: sequence number.
        request = data.split('\n')
        line1 = request[0].split(' ')
        requestType = line1[0]
        filename = line1[1]
        seq = request[1].split(' ')

        if requestType == self.SETUP and self.state == self.INIT:
            print('processing SETUP\n', flush=True)
            try:
                self.clientInfo['videoStream'] = VideoStream(filename)
            except IOError:
                self.replyRtsp(self.FILE_NOT_FOUND_404, seq[1])
                return
            self.state = self.READY
            self.clientInfo['videoFileName'] = filename
            self.clientInfo['session'] = randint(100000, 999999)
            self.replyRtsp(self.OK_200, seq[1])

            # Line 3: 'Transport: RTP/UDP; client_port= 5008'.
            self.clientInfo['rtpPort'] = request[2].split(' ')[3]

        elif requestType == self.PLAY and self.state == self.READY:
            print('processing PLAY\n', flush=True)
            try:
                self.clientInfo['rtpSocket'] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            except OSError:
                self.replyRtsp(self.CON_ERR_500, seq[1])
                return
            self.state = self.PLAYING
            self.replyRtsp(self.OK_200, seq[1])

            self.clientInfo['event'] = threading.Event()
            self.clientInfo['worker'] = threading.Thread(target=self.sendRtp, daemon=True)
            self.clientInfo['worker'].start()

        elif requestType == self.PAUSE and self.state == self.PLAYING:
            print('processing PAUSE\n', flush=True)
            self.state = self.READY
            self.stopRtp()
            self.replyRtsp(self.OK_200, seq[1])

        elif requestType == self.TEARDOWN and self.state != self.INIT:
            print('processing TEARDOWN\n', flush=True)
            self.stopRtp()
            self.replyRtsp(self.OK_200, seq[1])
            self.release()

        elif requestType == self.DESCRIBE and self.state != self.INIT:
            print('processing DESCRIBE\n', flush=True)
            self.replyRtsp(self.OK_200, seq[1])
            self.sendDescription()

    def sendRtp(self):
        """Send a frame every 0.05 s, until the event is set or the movie is over."""
        while not self.clientInfo['event'].wait(0.05):
            try:
                data = self.clientInfo['videoStream'].nextFrame()
            except ValueError:
                print('No frame length in the movie', flush=True)
                break
            if not data:
                break
            frameNumber = self.clientInfo['videoStream'].frameNbr()
            try:
                address = self.clientInfo['rtspSocket'][1][0]
                port = int(self.clientInfo['rtpPort'])
                packet = self.makeRtp(data, frameNumber)
                self.clientInfo['rtpSocket'].sendto(packet, (address, port))
            except (OSError, OverflowError, ValueError):
                print('Connection Error', flush=True)

    def stopRtp(self):
        """End the thread that sends, if there is one."""
        if 'worker' in self.clientInfo:
            self.clientInfo['event'].set()
            self.clientInfo.pop('worker').join()
            self.clientInfo.pop('rtpSocket').close()

    def makeRtp(self, payload, frameNbr):
        """Return the packet that carries a frame."""
        version = 2
        padding = 0
        extension = 0
        cc = 0
        marker = 0
        pt = 26  # Motion JPEG
        seqnum = frameNbr
        ssrc = self.clientInfo['session']

        rtpPacket = RtpPacket()
        rtpPacket.encode(version, padding, extension, cc, seqnum, marker, pt, ssrc, payload)
        return rtpPacket.getPacket()

    def replyRtsp(self, code, seq):
        """Send the three lines of a reply."""
        if code == self.OK_200:
            reply = 'RTSP/1.0 200 OK'
        elif code == self.FILE_NOT_FOUND_404:
            print('404 NOT FOUND', flush=True)
            reply = 'RTSP/1.0 404 File Not Found'
        elif code == self.CON_ERR_500:
            print('500 CONNECTION ERROR', flush=True)
            reply = 'RTSP/1.0 500 Connection Error'
        reply += '\nCSeq: ' + seq + '\nSession: ' + str(self.clientInfo['session'])
        connSocket = self.clientInfo['rtspSocket'][0]
        connSocket.sendall(reply.encode())

    def sendDescription(self):
        """Send the session description, after the reply to DESCRIBE."""
        body = 'v=0' + CRLF
        body += 'm=video ' + str(self.clientInfo['server_port']) + ' RTP/AVP ' + MJPEG_TYPE + CRLF
        body += 'a=control:streamid=' + str(self.clientInfo['session']) + CRLF
        body += 'a=mimetype:string;"video/MJPEG"' + CRLF

        description = '\nSession Description: \n\n'
        description += 'Content-Base: ' + self.clientInfo['videoFileName'] + CRLF
        description += 'Content-Type: ' + 'application/sdp' + CRLF
        description += 'Content-Length: ' + str(len(body)) + CRLF
        description += body

        connSocket = self.clientInfo['rtspSocket'][0]
        connSocket.sendall(description.encode())

    def release(self):
        """Give back all that belongs to the session."""
        self.stopRtp()
        if 'videoStream' in self.clientInfo:
            self.clientInfo.pop('videoStream').close()
        self.clientInfo['session'] = 0
        self.state = self.INIT
