"""The server as the lab's snippets leave it: python3 ReportServer.py PORT

Server.py without its protections. It plays as well as that one; what differs is what it does when a
client goes.
"""

import sys

sys.dont_write_bytecode = True  # leave no __pycache__ beside the sources

import Server
from ServerWorker import ServerWorker


class ReportWorker(ServerWorker):
    """Takes it for granted that a client says TEARDOWN, and then stays."""

    def recvRtspRequest(self):
        """Receive requests for ever: an ended connection brings nothing, again and again."""
        connSocket = self.clientInfo['rtspSocket'][0]
        while True:
            data = connSocket.recv(256)
            if data:
                print('Data received:\n' + data.decode('utf-8'), flush=True)
                self.processRtspRequest(data.decode('utf-8'))

    def sendRtp(self):
        """Send a frame every 0.05 s until the event is set, also after the end of the movie."""
        while True:
            self.clientInfo['event'].wait(0.05)
            if self.clientInfo['event'].is_set():
                break
            data = self.clientInfo['videoStream'].nextFrame()
            if data:
                frameNumber = self.clientInfo['videoStream'].frameNbr()
                try:
                    address = self.clientInfo['rtspSocket'][1][0]
                    port = int(self.clientInfo['rtpPort'])
                    packet = self.makeRtp(data, frameNumber)
                    self.clientInfo['rtpSocket'].sendto(packet, (address, port))
                except OSError:
                    print('Connection Error', flush=True)

    def stopRtp(self):
        """Tell the thread to end, and do not wait for it."""
        if 'event' in self.clientInfo:
            self.clientInfo['event'].set()

    def release(self):
        """Close the RTP socket; all else stays as it is."""
        if 'rtpSocket' in self.clientInfo:
            self.clientInfo['rtpSocket'].close()


if __name__ == '__main__':
    Server.ServerWorker = ReportWorker
    Server.Server().main()
