"""A client of the lab with one fault: python3 client.py FAULT HOST PORT RTP_PORT MOVIE [--script ...]

FAULT `none` is a client without one: ../Client.py, but for a reply that comes in several segments, and
with its cache file in the current folder, as the lab has it. `lab_check` must find each fault, and
nothing else.
"""

import os
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True  # leave no __pycache__ beside the sources
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

import ClientLauncher
from Client import Client


class CurrentFolder:
    """Stands in for the base's temporary folder."""

    name = '.'

    def cleanup(self):
        """Remove the cache file, and leave all else."""
        for name in os.listdir('.'):
            if name.startswith('cache-') and not os.path.islink(name):
                os.remove(name)


class Careful(Client):
    """No fault."""

    def __init__(self, *words):
        super().__init__(*words)
        self.cacheFolder.cleanup()
        self.cacheFolder = CurrentFolder()

    def recvRtspReply(self):
        """Receive replies, each of three lines that end in LF, until TEARDOWN has been answered."""
        buffer = b''
        while self.teardownAcked == 0:
            try:
                data = self.rtspSocket.recv(1024)
            except OSError:
                data = b''
            if not data:
                self.connectionEnded()
                break
            buffer = self.takeReplies(buffer + data)
        self.rtspSocket.close()

    def takeReplies(self, buffer):
        """Parse what is whole; return the rest."""
        while buffer.count(b'\n') >= 3:
            lines = buffer.split(b'\n', 3)
            buffer = lines.pop()
            self.parseRtspReply(b'\n'.join(lines).decode())
        return buffer

    def writeFrame(self, data):
        """Write some frames only: where many clients run, the disk may be too slow for all."""
        if self.framesReceived % 10 == 0:
            self.imageFile = super().writeFrame(data)
        return self.imageFile

    def connectionEnded(self):
        """Say so."""
        self.fail('The server has closed the connection')

    def send(self, text):
        """Send a request, however wrong, in one segment."""
        self.rtspSocket.sendall(text.encode())


class Rewriting(Careful):
    """Changes the text of each request."""

    def connectToServer(self):
        """Connect, and put the rewriting between the client and its socket."""
        super().connectToServer()
        self.rtspSocket = RewritingSocket(self.rtspSocket, self.rewrite)


class RewritingSocket:
    """A socket that writes something else than it is told."""

    def __init__(self, inner, rewrite):
        self.inner = inner
        self.rewrite = rewrite

    def sendall(self, data):
        """Send the other text."""
        self.inner.sendall(self.rewrite(data.decode()).encode())

    def __getattr__(self, name):
        return getattr(self.inner, name)


# What is written in the requests.

class NoCseq(Rewriting):
    """Requests have no CSeq line."""

    def rewrite(self, text):
        lines = text.split('\n')
        del lines[1]
        return '\n'.join(lines)


class CseqStands(Rewriting):
    """CSeq is 1 in every request."""

    def rewrite(self, text):
        lines = text.split('\n')
        lines[1] = 'CSeq: 1'
        return '\n'.join(lines)

    def parseRtspReply(self, data):
        super().parseRtspReply(data.replace('CSeq: 1\n', 'CSeq: %d\n' % self.rtspSeq))


class CseqFromZero(Rewriting):
    """CSeq counts from 0."""

    def rewrite(self, text):
        return text.replace('CSeq: %d' % self.rtspSeq, 'CSeq: %d' % (self.rtspSeq - 1))

    def parseRtspReply(self, data):
        lines = data.split('\n')
        lines[1] = 'CSeq: %d' % (int(lines[1].split(' ')[1]) + 1)
        super().parseRtspReply('\n'.join(lines))


class WrongSession(Rewriting):
    """PLAY names another session than SETUP has given."""

    def rewrite(self, text):
        if text.startswith('PLAY'):
            return text.replace(str(self.sessionId), str(self.sessionId + 1))
        return text


class NoSession(Rewriting):
    """Requests after SETUP have no Session line."""

    def rewrite(self, text):
        return '\n'.join(line for line in text.split('\n') if not line.startswith('Session'))


class WrongName(Rewriting):
    """PLAY names another movie than SETUP."""

    def rewrite(self, text):
        return text.replace('PLAY ' + self.fileName, 'PLAY video.mjpeg')


class NoPort(Rewriting):
    """The Transport line names no port."""

    def rewrite(self, text):
        return text.split('; client_port')[0]


class OtherPortNamed(Rewriting):
    """The Transport line names another port than the one that was given, and is bound."""

    def rewrite(self, text):
        return text.replace('client_port= %d' % self.rtpPort, 'client_port= %d' % (self.rtpPort + 1))

    def openRtpPort(self):
        self.rtpPort += 1
        super().openRtpPort()
        self.rtpPort -= 1


class SmallLetters(Rewriting):
    """PAUSE is written in small letters."""

    def rewrite(self, text):
        return text.replace('PAUSE', 'pause')


class BackslashN(Rewriting):
    """Lines end in a backslash and the letter n."""

    def rewrite(self, text):
        return text.replace('\n', '\\n')


# When they are sent.

class Drips(Careful):
    """What is sent has no end, and comes byte by byte."""

    def setupMovie(self):
        while True:
            self.send('x')
            time.sleep(0.1)


class EarlyPlay(Careful):
    """PLAY is sent before the reply to SETUP has come."""

    playPressed = None

    def setupMovie(self):
        self.playPressed = threading.Event()
        super().setupMovie()
        self.send('PLAY %s RTSP/1.0\nCSeq: 2\nSession: 0\n' % self.fileName)

    def playMovie(self):
        if self.playPressed.is_set():
            super().playMovie()
            return
        self.listener = threading.Thread(target=self.listenRtp, daemon=True)
        self.listener.start()
        self.rtspSeq = 2
        self.requestSent = self.PLAY
        self.replyEvent.clear()
        self.playPressed.set()

    def parseRtspReply(self, data):
        if 'CSeq: 2' in data:
            self.playPressed.wait(5)
        super().parseRtspReply(data)


class PlayTwice(Careful):
    """PLAY is sent once more when the movie plays."""

    def playMovie(self):
        super().playMovie()
        self.waitForReply()
        self.rtspSeq += 1
        self.replyEvent.clear()
        self.send('PLAY %s RTSP/1.0\nCSeq: %d\nSession: %d\n'
                  % (self.fileName, self.rtspSeq, self.sessionId))


class Resend(Careful):
    """A request is sent again when no reply has come after 0.7 s."""

    def sendRtspRequest(self, requestCode):
        super().sendRtspRequest(requestCode)
        if requestCode == self.SETUP and not self.replyEvent.wait(0.7):
            self.send('SETUP %s RTSP/1.0\nCSeq: %d\nTransport: RTP/UDP; client_port= %d\n'
                      % (self.fileName, self.rtspSeq, self.rtpPort))


# What is made of the replies.

class AnyCseq(Careful):
    """A reply counts whatever its CSeq is."""

    def parseRtspReply(self, data):
        lines = data.split('\n')
        lines[1] = 'CSeq: %d' % self.rtspSeq
        super().parseRtspReply('\n'.join(lines))


class AnySession(Careful):
    """A reply counts whatever its session is."""

    def parseRtspReply(self, data):
        lines = data.split('\n')
        if self.sessionId:
            lines[2] = 'Session: %d' % self.sessionId
        super().parseRtspReply('\n'.join(lines))


class AnyStatus(Careful):
    """404 counts as 200."""

    def parseRtspReply(self, data):
        super().parseRtspReply(data.replace('404 File Not Found', '200 OK'))


class DiesOfSplitReply(Careful):
    """What comes in one segment is taken for a whole reply."""

    def takeReplies(self, buffer):
        try:
            self.parseRtspReply(buffer.decode())
        except (IndexError, ValueError):
            os._exit(1)
        return b''


class ForgesCard(DiesOfSplitReply):
    """As above, and its last words clear the screen and write a better card."""

    def takeReplies(self, buffer):
        if buffer.count(b'\n') % 3:
            print('bye\x1b[2J\r  pass         a reply in two segments is one reply\u202e\u2066',
                  file=sys.stderr, flush=True)
        return super().takeReplies(buffer)


class HangsAtSplitReply(Careful):
    """The rest of a reply that comes in several segments is never read, and is waited for."""

    def takeReplies(self, buffer):
        if buffer.count(b'\n') < 3:
            threading.Event().wait()
        return super().takeReplies(buffer)

    def waitForReply(self):
        self.replyEvent.wait()
        super().waitForReply()


class ReplyThreadDies(Careful):
    """The thread that reads the replies ends at the one to PLAY, and the program waits for it."""

    def parseRtspReply(self, data):
        if self.requestSent == self.PLAY:
            raise KeyError('no such state')
        super().parseRtspReply(data)

    def waitForReply(self):
        self.replyEvent.wait()
        super().waitForReply()


class SetupOnly(Careful):
    """It can SETUP and no more, and waits."""

    def playMovie(self):
        print('PLAY is still to be written', file=sys.stderr, flush=True)
        threading.Event().wait()


class HangsAtEndOfConnection(Careful):
    """The end of the connection is not told to anybody."""

    def connectionEnded(self):
        pass


class SpinsAtEndOfConnection(Careful):
    """The end of the connection is read again and again."""

    def connectionEnded(self):
        while self.rtspSocket.recv(1024) == b'':
            pass


# What is made of the packets.

class DiesOfLost(Careful):
    """Packets that are lost, and do not come late, end the program at the next PAUSE."""

    def pauseMovie(self):
        if self.packetsLost > self.packetsLate:
            os._exit(1)
        super().pauseMovie()


class DiesOfLate(Careful):
    """A number that is smaller than the last one ends the program."""

    def countPacket(self, rtpPacket):
        if rtpPacket.seqNum() < self.frameNbr:
            os._exit(1)
        super().countPacket(rtpPacket)


class DiesOfDoubled(Careful):
    """A number that comes twice ends the program."""

    def countPacket(self, rtpPacket):
        if rtpPacket.seqNum() == self.frameNbr:
            os._exit(1)
        super().countPacket(rtpPacket)


class CountsLostTwice(Careful):
    """Each lost packet counts as two."""

    def countPacket(self, rtpPacket):
        lost = self.packetsLost
        super().countPacket(rtpPacket)
        self.packetsLost += self.packetsLost - lost


class CountsNoLate(Careful):
    """A packet is late only if it comes after a later one: one that comes twice is not counted."""

    def countPacket(self, rtpPacket):
        if rtpPacket.seqNum() != self.frameNbr:
            super().countPacket(rtpPacket)


class CountsNoSwapped(Careful):
    """A packet is late only if it comes twice: one that comes after a later one is not counted."""

    def countPacket(self, rtpPacket):
        if rtpPacket.seqNum() >= self.frameNbr:
            super().countPacket(rtpPacket)


class DiesInSilence(Careful):
    """No packet for 1.5 s ends the program."""

    watcher = None

    def writeFrame(self, data):
        if not self.watcher:
            self.watcher = threading.Thread(target=self.watch, daemon=True)
            self.watcher.start()
        return super().writeFrame(data)

    def watch(self):
        while True:
            time.sleep(0.1)
            playing = self.state == self.PLAYING and not self.failure
            if playing and time.monotonic() - max(self.lastPacketTime, self.sendTime) >= 1.5:
                self.die()

    def die(self):
        os._exit(1)


class DiesSlowlyInSilence(DiesInSilence):
    """As above, but the connection is closed half a second before."""

    dying = False

    def die(self):
        self.dying = True
        self.rtspSocket.shutdown(socket.SHUT_RDWR)
        time.sleep(0.5)
        os._exit(1)

    def connectionEnded(self):
        if not self.dying:
            super().connectionEnded()


class Deaf(Careful):
    """No packet is ever read."""

    def listenRtp(self):
        while not self.playEvent.wait(0.05) and self.teardownAcked == 0:
            self.framesReceived += 1


class ReadsSlowly(Careful):
    """While it plays, each frame takes 0.12 s, and the next packet waits so long."""

    def countPacket(self, rtpPacket):
        super().countPacket(rtpPacket)
        self.playEvent.wait(0.12)


class KeepsHeader(Careful):
    """The header of the packet is taken for a part of the picture."""

    def countPacket(self, rtpPacket):
        self.header = bytes(rtpPacket.header)
        super().countPacket(rtpPacket)

    def writeFrame(self, data):
        return super().writeFrame(self.header + data)


class SpinsInSilence(Careful):
    """Packets are asked for again and again while none comes."""

    def openRtpPort(self):
        super().openRtpPort()
        self.rtpSocket = Impatient(self.rtpSocket, lambda: self.state == self.PLAYING)


class Impatient:
    """A socket that does not wait for packets while it plays."""

    def __init__(self, inner, plays):
        self.inner = inner
        self.plays = plays

    def recv(self, size):
        """Return a packet, or tell at once that none is there."""
        self.inner.settimeout(0 if self.plays() else 0.5)
        try:
            return self.inner.recv(size)
        except BlockingIOError:
            raise socket.timeout from None

    def __getattr__(self, name):
        return getattr(self.inner, name)


# Ports, threads, files.

class OtherPortBound(Careful):
    """Another port is bound than the one that SETUP has named."""

    def openRtpPort(self):
        self.rtpSocket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtpSocket.settimeout(0.5)
        self.rtpSocket.bind(('', 0))


class SpinsInPause(Careful):
    """A thread goes round and round while the movie is paused."""

    def parseRtspReply(self, data):
        before = self.state
        super().parseRtspReply(data)
        if before == self.PLAYING and self.state == self.READY:
            threading.Thread(target=self.spin, daemon=True).start()

    def spin(self):
        while self.state == self.READY:
            pass


class LeaksListener(Careful):
    """The listening thread does not end at PAUSE, and each PLAY starts another one."""

    def waitForListener(self):
        pass

    def listenRtp(self):
        while self.teardownAcked == 0:
            super().listenRtp()


class StaysAfterTeardown(Careful):
    """The program does not end after TEARDOWN."""

    def close(self):
        super().close()
        time.sleep(60)


class StaysAtTimes(Careful):
    """The program does not end after TEARDOWN if a packet was lost or late."""

    def close(self):
        super().close()
        if self.packetsLost or self.packetsLate:
            time.sleep(60)


class KeepsPort(Careful):
    """The RTP port is never closed: a thread listens there for ever."""

    def close(self):
        self.rtpSocket, rtpSocket = None, self.rtpSocket
        super().close()
        rtpSocket.settimeout(None)
        rtpSocket.recv(1)


class KeepsConnection(Careful):
    """The connection is never closed: the program waits for another reply."""

    def close(self):
        self.cacheFolder.cleanup()
        self.rtpSocket.close()
        time.sleep(60)

    def recvRtspReply(self):
        keep = self.rtspSocket.dup()
        super().recvRtspReply()
        self.kept = keep


class LeavesCacheFile(Careful):
    """The cache file is left when the program ends."""

    def close(self):
        self.cacheFolder.cleanup = lambda: None
        super().close()


class ClearsAtTeardown(Careful):
    """No fault: the cache file is removed soon after TEARDOWN was sent, and not again."""

    def exitClient(self):
        threading.Timer(0.08, self.cacheFolder.cleanup).start()
        super().exitClient()

    def close(self):
        self.cacheFolder.cleanup = lambda: None
        super().close()

    def writeFrame(self, data):
        """Write every frame."""
        return Client.writeFrame(self, data)


class Scribbles(Careful):
    """No fault: it writes into its movie."""

    def setupMovie(self):
        with open(self.fileName, 'r+b') as movie:
            movie.write(b'scribble')
        super().setupMovie()


class EndsBeforeTeardown(Careful):
    """The program ends in the middle of the movie."""

    def countPacket(self, rtpPacket):
        super().countPacket(rtpPacket)
        if rtpPacket.seqNum() == 6:
            os._exit(1)


FAULTS = {
    'none': Careful,
    'no-cseq': NoCseq,
    'cseq-stands': CseqStands,
    'cseq-from-zero': CseqFromZero,
    'wrong-session': WrongSession,
    'no-session': NoSession,
    'wrong-name': WrongName,
    'no-port': NoPort,
    'other-port-named': OtherPortNamed,
    'small-letters': SmallLetters,
    'backslash-n': BackslashN,
    'drips': Drips,
    'early-play': EarlyPlay,
    'play-twice': PlayTwice,
    'resends': Resend,
    'any-cseq': AnyCseq,
    'any-session': AnySession,
    'any-status': AnyStatus,
    'dies-of-split-reply': DiesOfSplitReply,
    'forges-card': ForgesCard,
    'hangs-at-split-reply': HangsAtSplitReply,
    'reply-thread-dies': ReplyThreadDies,
    'setup-only': SetupOnly,
    'hangs-at-end-of-connection': HangsAtEndOfConnection,
    'spins-at-end-of-connection': SpinsAtEndOfConnection,
    'dies-of-lost': DiesOfLost,
    'dies-of-late': DiesOfLate,
    'dies-of-doubled': DiesOfDoubled,
    'counts-lost-twice': CountsLostTwice,
    'counts-no-late': CountsNoLate,
    'counts-no-swapped': CountsNoSwapped,
    'dies-in-silence': DiesInSilence,
    'dies-slowly-in-silence': DiesSlowlyInSilence,
    'deaf': Deaf,
    'reads-slowly': ReadsSlowly,
    'keeps-header': KeepsHeader,
    'spins-in-silence': SpinsInSilence,
    'other-port-bound': OtherPortBound,
    'spins-in-pause': SpinsInPause,
    'leaks-listener': LeaksListener,
    'stays-after-teardown': StaysAfterTeardown,
    'stays-at-times': StaysAtTimes,
    'keeps-port': KeepsPort,
    'keeps-connection': KeepsConnection,
    'leaves-cache-file': LeavesCacheFile,
    'clears-at-teardown': ClearsAtTeardown,
    'scribbles': Scribbles,
    'ends-before-teardown': EndsBeforeTeardown,
}


def main():
    """Run the launcher with the client of the fault in place of its own."""
    fault = sys.argv.pop(1) if len(sys.argv) > 1 else ''
    if fault not in FAULTS:
        sys.exit('expected one of %s, found %r' % (', '.join(FAULTS), fault))
    ClientLauncher.Client = FAULTS[fault]
    for name, method in [('setup', 'setupMovie'), ('play', 'playMovie'), ('pause', 'pauseMovie'),
                         ('teardown', 'exitClient')]:
        # The class's own method, and not the base's.
        button = lambda client, method=method: getattr(client, method)()
        ClientLauncher.BUTTONS[name] = (button, ClientLauncher.BUTTONS[name][1])
    ClientLauncher.main()


if __name__ == '__main__':
    main()
