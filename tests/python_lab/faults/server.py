"""Servers with one fault each: python3 server.py FAULT PORT

`none` has no fault: unlike the lab's server it survives requests that come in pieces, or two in one,
and sends by absolute deadlines. Every other fault is a small class below, named after it. Without
arguments the names are printed. The report card must name exactly the fault.
"""

import os
import subprocess
import sys
import threading
from time import monotonic, sleep

sys.dont_write_bytecode = True  # leave no __pycache__ beside the sources
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))

import Server
from ServerWorker import CRLF, ServerWorker

INTERVAL = 0.05


class Careful(ServerWorker):
    """The lab's worker without the lab's usual weaknesses."""

    def recvRtspRequest(self):
        """Receive bytes, cut requests from them, and release all at the end of the connection."""
        connSocket = self.clientInfo['rtspSocket'][0]
        self.rest = ''
        try:
            while self.receive(connSocket):
                self.processRequests()
        except OSError:
            pass  # the client is gone
        finally:
            self.release()
            connSocket.close()

    def receive(self, connSocket):
        """Add what comes to the rest; False at the end of the connection."""
        data = connSocket.recv(4096)
        self.rest += data.decode('utf-8', 'replace')
        return bool(data)

    def processRequests(self):
        """Process all whole requests: three lines. Other lines are dropped."""
        while True:
            lines = self.rest.split('\n')
            while len(lines) > 1 and ' RTSP/' not in lines[0]:
                self.dropLine(lines.pop(0))
            if len(lines) < 4:
                self.rest = '\n'.join(lines)
                return
            self.rest = '\n'.join(lines[3:])
            self.processRtspRequest('\n'.join(lines[:3]))

    def dropLine(self, line):
        """A line that begins no request."""

    def processRtspRequest(self, data):
        """Do what one request asks for, unless it names a file outside the folder."""
        name = data.split(' ')[1]
        if data.startswith('SETUP') and (os.path.isabs(name) or '..' in name.split('/')):
            self.replyRtsp(self.FILE_NOT_FOUND_404, data.split('\n')[1].split(' ')[1])
        else:
            super().processRtspRequest(data)

    def sendRtp(self):
        """Send a frame every 0.05 s by absolute deadlines, to the event or the end of the movie."""
        begin, sent = monotonic() + self.firstDelay(), 0
        event = self.clientInfo['event']
        while not event.wait(max(0, begin + self.dueTime(sent) - monotonic())):
            data = self.nextFrame()
            if not data:
                self.atEnd()
                break
            self.sendFrame(data, self.clientInfo['videoStream'].frameNbr())
            sent += 1

    def firstDelay(self):
        """From PLAY to the first frame."""
        return 0

    def dueTime(self, number):
        """When a frame is due, after the first one."""
        return number * INTERVAL

    def nextFrame(self):
        """The next frame of the movie."""
        return self.clientInfo['videoStream'].nextFrame()

    def atEnd(self):
        """The movie is over."""

    def sendFrame(self, data, frameNbr):
        """Send a frame in a packet."""
        self.sendPacket(self.makeRtp(data, frameNbr))

    def makeRtp(self, payload, frameNbr):
        """Return the packet that carries a frame."""
        packet = bytearray(super().makeRtp(payload, frameNbr))
        self.changeHeader(packet, frameNbr)
        return bytes(packet)

    def changeHeader(self, packet, frameNbr):
        """What a fault does to the header."""

    def sendPacket(self, packet):
        """Send a packet to the client's RTP port."""
        address = (self.clientInfo['rtspSocket'][1][0], int(self.clientInfo['rtpPort']))
        try:
            self.clientInfo['rtpSocket'].sendto(packet, address)
        except OSError:
            pass  # the port is closed

    def replyRtsp(self, code, seq):
        """Send the three lines of a reply."""
        status = {
            self.OK_200: '200 OK',
            self.FILE_NOT_FOUND_404: '404 File Not Found',
            self.CON_ERR_500: '500 Connection Error',
        }[code]
        lines = ['RTSP/1.0 ' + status, 'CSeq: ' + seq, 'Session: ' + str(self.clientInfo['session'])]
        self.sendReply(self.changeReply(lines))

    def changeReply(self, lines):
        """What a fault does to a reply."""
        return lines

    def sendReply(self, lines):
        """Send a reply's lines."""
        self.clientInfo['rtspSocket'][0].sendall(('\n'.join(lines) + '\n').encode())


class Halts(Careful):
    """No fault, but the machine halts once in each movie that is not the user's: for 0.8 s."""

    def nextFrame(self):
        video = self.clientInfo['videoStream']
        if video.frameNbr() == 1 and os.path.basename(video.filename) != 'movie.Mjpeg':
            halt = 'kill -STOP $0; sleep 0.8; kill -CONT $0'
            subprocess.Popen(['sh', '-c', halt, str(os.getpid())]).wait()
        return super().nextFrame()


# --- Requests ------------------------------------------------------------------------------------

class WantsCarriageReturns(Careful):
    """A request whose lines end in LF alone gets no answer."""

    def processRtspRequest(self, data):
        if '\r' in data:
            super().processRtspRequest(data.replace('\r', ''))


class WantsNoSpace(Careful):
    """A SETUP with a space after client_port= gets no answer."""

    def processRtspRequest(self, data):
        if 'client_port= ' not in data:
            super().processRtspRequest(data.replace('client_port=', 'client_port= '))


class WantsAnEmptyLine(Careful):
    """A request ends with an empty line, and its lines in CRLF."""

    def processRequests(self):
        head, end, rest = self.rest.partition('\r\n\r\n')
        while end:
            super().processRtspRequest(head.replace('\r', ''))
            head, end, rest = rest.partition('\r\n\r\n')
        self.rest = head


# --- Replies -------------------------------------------------------------------------------------

class SilentSetup(Careful):
    """SETUP gets no answer."""

    def sendReply(self, lines):
        pass


class HangsUp(Careful):
    """A connection is closed at once."""

    def receive(self, connSocket):
        return False


class Nonsense(Careful):
    """Whatever comes is answered with bytes that mean nothing."""

    def sendReply(self, lines):
        self.clientInfo['rtspSocket'][0].sendall(bytes(range(256)))


class EndlessReply(Careful):
    """The first reply has no end."""

    def sendReply(self, lines):
        while True:
            self.clientInfo['rtspSocket'][0].sendall(b'RTSP/1.0 ' * 10000)


class DrippingReply(Careful):
    """The first reply has no end, and comes byte by byte."""

    def sendReply(self, lines):
        while True:
            self.clientInfo['rtspSocket'][0].sendall(b'x')
            sleep(0.01)


class Silent(Careful):
    """One method gets no answer."""

    method = None

    def processRtspRequest(self, data):
        self.isSilent = data.startswith(self.method)
        super().processRtspRequest(data)

    def sendReply(self, lines):
        if not self.isSilent:
            super().sendReply(lines)


class SilentPlay(Silent):
    method = 'PLAY'


class SilentPause(Silent):
    method = 'PAUSE'


class SilentTeardown(Silent):
    method = 'TEARDOWN'


class NoPackets(Careful):
    """PLAY is granted, and nothing is sent."""

    def sendPacket(self, packet):
        pass


class NoCseq(Careful):
    def changeReply(self, lines):
        return [lines[0], lines[2]]


class WrongCseq(Careful):
    def changeReply(self, lines):
        return [lines[0], 'CSeq: 1', lines[2]]


class OwnCounter(Careful):
    """The replies are counted, whatever number the request has."""

    count = 0

    def changeReply(self, lines):
        self.count += 1
        return [lines[0], 'CSeq: %d' % self.count, lines[2]]


class WrongSession(Careful):
    """The reply to PLAY names another session."""

    def changeReply(self, lines):
        if self.state == self.PLAYING:
            return lines[:2] + ['Session: %d' % (self.clientInfo['session'] + 1)]
        return lines


class NoSession(Careful):
    """Replies have no Session line."""

    def changeReply(self, lines):
        return lines[:2]


class SessionIsAWord(Careful):
    """The session is s123456 wherever it is written."""

    class Word(int):
        def __str__(self):
            return 's%d' % self

    def replyRtsp(self, code, seq):
        self.clientInfo['session'] = self.Word(self.clientInfo['session'])
        super().replyRtsp(code, seq)


class ExtraLine(Careful):
    """A line between those that clients count."""

    def changeReply(self, lines):
        return lines[:1] + ['Server: lab'] + lines[1:]


class MoreLines(Careful):
    """No fault: clients read three lines."""

    def changeReply(self, lines):
        return lines + ['Frames: 500']


class CarriageReturns(Careful):
    """No fault: clients take CRLF, too."""

    def changeReply(self, lines):
        return [line + '\r' for line in lines]


class MixedLineEnds(Careful):
    """The first line ends in CRLF, the others in LF."""

    def changeReply(self, lines):
        return [lines[0] + '\r'] + lines[1:]


class SlowReplies(Careful):
    """A reply takes 0.2 s."""

    def sendReply(self, lines):
        sleep(0.2)
        super().sendReply(lines)


# --- SETUP ---------------------------------------------------------------------------------------

class FoundAnyway(Careful):
    """A movie that is not there is answered 200."""

    def replyRtsp(self, code, seq):
        super().replyRtsp(self.OK_200, seq)


class ErrorForMissing(Careful):
    """A movie that is not there is answered 500."""

    def replyRtsp(self, code, seq):
        super().replyRtsp(self.CON_ERR_500 if code == self.FILE_NOT_FOUND_404 else code, seq)


class FoundAfterMissing(Careful):
    """A movie that is not there is answered 404, and then 200, too."""

    def replyRtsp(self, code, seq):
        super().replyRtsp(code, seq)
        if code == self.FILE_NOT_FOUND_404:
            sleep(0.1)
            super().replyRtsp(self.OK_200, seq)


class OneMovieForAll(Careful):
    """Whatever is asked for, it is the same movie."""

    def processRtspRequest(self, data):
        first, *words = data.split(' ')
        words[0] = 'movie.Mjpeg'
        super().processRtspRequest(' '.join([first] + words))


class OneMovieForAllThatAre(Careful):
    """Whichever movie of those that are there is asked for, it is the same one."""

    def processRtspRequest(self, data):
        first, *words = data.split(' ')
        if os.path.basename(words[0]) == words[0] and os.path.exists(words[0]):
            words[0] = 'movie.Mjpeg'
        super().processRtspRequest(' '.join([first] + words))


class OpensAnything(Careful):
    """A movie may be any file of the system."""

    processRtspRequest = ServerWorker.processRtspRequest


class StuckAfterMissing(Careful):
    """After a 404 nothing more is answered."""

    def replyRtsp(self, code, seq):
        super().replyRtsp(code, seq)
        if code == self.FILE_NOT_FOUND_404:
            self.processRtspRequest = lambda data: None


class SameSession(Careful):
    """Every client has the same session."""

    def replyRtsp(self, code, seq):
        if self.clientInfo['session']:
            self.clientInfo['session'] = 123456
        super().replyRtsp(code, seq)


class OneAtATime(Careful):
    """A second client waits until the first has gone."""

    lock = threading.Lock()

    def recvRtspRequest(self):
        with self.lock:
            super().recvRtspRequest()


# --- The state table -----------------------------------------------------------------------------

class DiesOnEarlyPlay(Careful):
    """PLAY before SETUP ends the worker."""

    def processRtspRequest(self, data):
        if self.state == self.INIT and data.startswith('PLAY'):
            raise OSError
        super().processRtspRequest(data)


class SecondSetupBreaks(Careful):
    """After a second SETUP nothing plays."""

    def processRtspRequest(self, data):
        if self.state == self.READY and data.startswith('SETUP'):
            self.state = None
        super().processRtspRequest(data)


class HangsUpOnUnknownMethod(Careful):
    def processRtspRequest(self, data):
        if data.split(' ')[0] not in ('SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'DESCRIBE'):
            raise OSError
        super().processRtspRequest(data)


class DiesOnNonsense(Careful):
    """What is no request ends the whole program."""

    def dropLine(self, line):
        print('Not understood: ' + line, flush=True)
        os._exit(1)


class DoubleStream(Careful):
    """PLAY while it plays starts a second sender."""

    lock = threading.Lock()

    def nextFrame(self):
        with self.lock:
            return super().nextFrame()

    def processRtspRequest(self, data):
        if self.state == self.PLAYING and data.startswith('PLAY'):
            threading.Thread(target=self.sendRtp, daemon=True).start()
        super().processRtspRequest(data)


class SendsAfterPause(Careful):
    """The sender does not see that it shall pause."""

    def processRtspRequest(self, data):
        if self.state == self.PLAYING and data.startswith('PAUSE'):
            self.state = self.READY
            self.replyRtsp(self.OK_200, data.split('\n')[1].split(' ')[1])
        else:
            super().processRtspRequest(data)


class StartsOver(Careful):
    """PLAY after PAUSE begins with the first frame, the numbers going on."""

    def processRtspRequest(self, data):
        if self.state == self.READY and data.startswith('PLAY'):
            self.clientInfo['videoStream'].file.seek(0)
        super().processRtspRequest(data)


class LosesAFrameAtPause(Careful):
    """Reads a frame, and only then looks whether to stop."""

    def processRtspRequest(self, data):
        if self.state == self.PLAYING and data.startswith('PAUSE'):
            self.stopRtp()
            self.clientInfo['videoStream'].nextFrame()
        super().processRtspRequest(data)


# --- RTP headers ---------------------------------------------------------------------------------

class VersionZero(Careful):
    def changeHeader(self, packet, frameNbr):
        packet[0] &= 0x3F


class PaddingBit(Careful):
    def changeHeader(self, packet, frameNbr):
        packet[0] |= 0x20


class ExtensionBit(Careful):
    def changeHeader(self, packet, frameNbr):
        packet[0] |= 0x10


class CsrcCount(Careful):
    def changeHeader(self, packet, frameNbr):
        packet[0] |= 1


class LongHeader(Careful):
    """The header is a byte too long."""

    def changeHeader(self, packet, frameNbr):
        packet.insert(12, 0)


class ShortHeader(Careful):
    """The header is a byte too short."""

    def changeHeader(self, packet, frameNbr):
        del packet[11]


class MarkerAndTypeSwapped(Careful):
    """The marker is the lowest bit, the payload type the seven others."""

    def changeHeader(self, packet, frameNbr):
        packet[1] = (packet[1] & 0x7F) << 1 | packet[1] >> 7


class MarkedNowAndThen(Careful):
    def changeHeader(self, packet, frameNbr):
        packet[1] |= 0x80 if frameNbr % 2 else 0


class NumberStandsStill(Careful):
    def changeHeader(self, packet, frameNbr):
        packet[2:4] = 0, 1


class BreaksAt256(Careful):
    """The whole number is put into one byte, which is an error from 256 on."""

    def changeHeader(self, packet, frameNbr):
        packet[3] = frameNbr


class LowByteOnly(Careful):
    """The high byte of the number is always 0."""

    def changeHeader(self, packet, frameNbr):
        packet[2] = 0


class NumbersFromZero(Careful):
    def changeHeader(self, packet, frameNbr):
        packet[2:4] = (frameNbr - 1).to_bytes(2, 'big')


class TimeRunsBackwards(Careful):
    def changeHeader(self, packet, frameNbr):
        packet[4:8] = (1000000 - frameNbr).to_bytes(4, 'big')


class TimeStandsStill(Careful):
    def changeHeader(self, packet, frameNbr):
        packet[4:8] = 0, 0, 0, 0


class NewSourceEachTime(Careful):
    def changeHeader(self, packet, frameNbr):
        packet[8:12] = frameNbr.to_bytes(4, 'big')


# --- Frames --------------------------------------------------------------------------------------

class RepeatsFrames(Careful):
    """Every 25th frame is sent twice."""

    def sendPacket(self, packet):
        super().sendPacket(packet)
        if packet[3] % 25 == 0:
            super().sendPacket(packet)


class SkipsFrames(Careful):
    """Every 50th frame is never sent, and the numbers do not tell."""

    skipped = 0

    def sendFrame(self, data, frameNbr):
        if frameNbr % 50 == 0:
            self.skipped += 1
        else:
            super().sendFrame(data, frameNbr - self.skipped)


class DropsPackets(Careful):
    """Every 50th packet is lost."""

    def sendPacket(self, packet):
        if packet[3] % 50:
            super().sendPacket(packet)


class DropsEveryFifth(Careful):
    """Every fifth packet is lost, the last one of a short movie, too."""

    def sendPacket(self, packet):
        if packet[3] % 5:
            super().sendPacket(packet)


class SmallBuffer(Careful):
    """Frames are cut at 16 KiB."""

    def nextFrame(self):
        return super().nextFrame()[:16384]


class NineteenFrames(Careful):
    """19 frames a second."""

    def dueTime(self, number):
        return number / 19


class FewFrames(Careful):
    """A frame every 0.4 s."""

    def dueTime(self, number):
        return number * 0.4


class VeryFewFrames(Careful):
    """A frame every 1.2 s."""

    def dueTime(self, number):
        return number * 1.2


class FastAndEndless(Careful):
    """25 frames a second, and the first one again after the last."""

    def dueTime(self, number):
        return number / 25

    def nextFrame(self):
        data = super().nextFrame()
        if not data:
            self.clientInfo['videoStream'].file.seek(0)
        return data or super().nextFrame()


class Bursts(Careful):
    """Two frames every 0.1 s."""

    def dueTime(self, number):
        return number // 2 * 2 * INTERVAL


class FirstFrameLate(Careful):
    """The first frame after PLAY takes a second."""

    def firstDelay(self):
        return 1


class LosesLastFrame(Careful):
    """The last frame of the movie is never sent."""

    def nextFrame(self):
        data, file = super().nextFrame(), self.clientInfo['videoStream'].file
        isLast = not file.read(1)
        file.seek(-1 if not isLast else 0, os.SEEK_CUR)
        return b'' if isLast else data


class FastLosesLastFrame(LosesLastFrame):
    """The same at 25 frames a second."""

    def dueTime(self, number):
        return number / 25


class FileInChunks(Careful):
    """The file as it is, 4,096 bytes a packet."""

    def nextFrame(self):
        self.clientInfo['videoStream'].frameNum += 1
        return self.clientInfo['videoStream'].file.read(4096)


class DiesAtEnd(Careful):
    def atEnd(self):
        print('int() of an empty string', flush=True)
        os._exit(1)


# --- Requests in the stream of bytes -------------------------------------------------------------

class DiesOnSplitRequest(Careful):
    """What one recv brings must be whole requests."""

    def receive(self, connSocket):
        if self.rest:
            raise OSError
        return super().receive(connSocket)

    def processRequests(self):
        super().processRequests()
        if self.rest:
            raise OSError


class OneRequestARecv(Careful):
    """Of two requests that come together the second is dropped."""

    def processRequests(self):
        if self.rest.count('\n') >= 3:
            self.rest = '\n'.join(self.rest.split('\n')[:3]) + '\n'
        super().processRequests()


# --- DESCRIBE ------------------------------------------------------------------------------------

class NoDescription(Careful):
    def sendDescription(self):
        pass


class OwnDescription(Careful):
    """No fault: another description than the report's, in capital letters, before its headers."""

    def sendDescription(self):
        body = '\nV=0\nM=video 0 RTP/AVP 26\nS=lab\n\n'
        body += 'CONTENT-LENGTH: %d\n' % len(body)
        self.clientInfo['rtspSocket'][0].sendall(body.encode())


class DescribesNothing(Careful):
    """The description has no line for the movie."""

    def sendDescription(self):
        self.clientInfo['rtspSocket'][0].sendall(b'\nv=0\ns=lab\n')


class WrongLength(Careful):
    """The length counts each line end as one byte."""

    def sendDescription(self):
        connSocket = self.clientInfo['rtspSocket'][0]
        self.clientInfo['rtspSocket'] = (Changed(connSocket), self.clientInfo['rtspSocket'][1])
        super().sendDescription()
        self.clientInfo['rtspSocket'] = (connSocket, self.clientInfo['rtspSocket'][1])


class Changed:
    """A socket that changes the length in what it sends."""

    def __init__(self, connSocket):
        self.connSocket = connSocket

    def sendall(self, data):
        head, title, rest = data.partition(b'Content-Length: ')
        number, end, body = rest.partition(CRLF.encode())
        number = b'%d' % (int(number) - body.count(b'\n'))
        self.connSocket.sendall(head + title + number + end + body)


# --- When clients have gone ----------------------------------------------------------------------

class SendsAfterTeardown(Careful):
    def processRtspRequest(self, data):
        if data.startswith('TEARDOWN'):
            self.replyRtsp(self.OK_200, data.split('\n')[1].split(' ')[1])
        else:
            super().processRtspRequest(data)


class SpinsAfterTeardown(Careful):
    """After TEARDOWN the worker loops for ever."""

    def processRtspRequest(self, data):
        hadSession = self.state != self.INIT
        super().processRtspRequest(data)
        while hadSession and data.startswith('TEARDOWN'):
            pass


class SendsToNobody(Careful):
    """The sender goes on when the connection has ended."""

    def release(self):
        if self.state != self.PLAYING:
            super().release()

    def processRtspRequest(self, data):
        if data.startswith('TEARDOWN'):
            self.stopRtp()
            self.state = self.READY
        super().processRtspRequest(data)


class FewFramesToNobody(SendsToNobody):
    """The same, with a frame every 0.4 s."""

    def dueTime(self, number):
        return number * 0.4


class DiesWithClient(Careful):
    """The end of a connection while it plays ends the whole program."""

    def release(self):
        if self.state == self.PLAYING:
            os._exit(1)
        super().release()

    def processRtspRequest(self, data):
        if data.startswith('TEARDOWN'):
            self.stopRtp()
            self.state = self.READY
        super().processRtspRequest(data)


class ServesNobodyElse(Careful):
    """When a client has gone that did not say TEARDOWN, all that come are accepted and get no answer."""

    isDone = False

    def release(self):
        ServesNobodyElse.isDone |= self.state == self.PLAYING
        super().release()

    def processRtspRequest(self, data):
        if not self.isDone:
            super().processRtspRequest(data)


class LeaksThreads(Careful):
    """Each session leaves a thread that waits for ever."""

    def release(self):
        if 'videoStream' in self.clientInfo:
            threading.Thread(target=threading.Event().wait, daemon=True).start()
        super().release()


class LeaksSockets(Careful):
    """The RTP socket is never closed."""

    kept = []

    def stopRtp(self):
        if 'rtpSocket' in self.clientInfo:
            self.kept.append(self.clientInfo['rtpSocket'].dup())
        super().stopRtp()


def faults():
    """Return the classes by the names of their faults."""
    found = {'none': Careful}
    for name, worker in globals().items():
        if isinstance(worker, type) and issubclass(worker, Careful):
            if worker not in (Careful, Silent):
                words = ''.join('-' + c.lower() if c.isupper() else c for c in name)
                found[words.lstrip('-')] = worker
    return found


if __name__ == '__main__':
    if len(sys.argv) != 3 or sys.argv[1] not in faults():
        sys.exit('Usage: server.py FAULT PORT\nFaults: ' + ' '.join(faults()))
    Server.ServerWorker = faults()[sys.argv.pop(1)]
    Server.Server().main()
