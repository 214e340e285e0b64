"""Runs the client: python3 ClientLauncher.py HOST PORT RTP_PORT MOVIE

A script presses the buttons, and there is no window; with --window it is the other way round.
"""

import argparse
import os
import signal
import sys
import time

sys.dont_write_bytecode = True  # leave no __pycache__ beside the sources

from Client import Client, ClientError

BUTTONS = {
    'setup': (Client.setupMovie, Client.SETUP),
    'play': (Client.playMovie, Client.PLAY),
    'pause': (Client.pauseMovie, Client.PAUSE),
    'describe': (Client.describeMovie, Client.DESCRIBE),
    'teardown': (Client.exitClient, Client.TEARDOWN),
}
END_OF_MOVIE = 2  # seconds without a packet


def main():
    """Run the script, print the statistics, end with code 0 if all went well."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = parseArguments()
    failure = None
    try:
        if options.frames:
            os.makedirs(options.frames, exist_ok=True)
        window = openWindow() if options.window else None
        client = Client(window, options.host, options.port, options.rtp_port, options.movie,
                        options.frames)
    except (ClientError, OSError) as error:
        sys.exit(str(error))

    try:
        if window:
            window.mainloop()
        else:
            try:
                runScript(client, options.script, options.limit)
            except KeyboardInterrupt:
                client.handler()
            checkResult(client)
    except ClientError as error:
        failure = str(error)
    finally:
        client.close()
    client.printStatistics()
    sys.exit(failure)


def openWindow():
    """Return an empty window. What it needs, and a script does not, may be missing."""
    try:
        import tkinter
        import PIL.ImageTk  # the client shows frames with it
    except ImportError as error:
        raise ClientError('The window needs Tk and PIL: %s' % error)
    try:
        window = tkinter.Tk()
    except tkinter.TclError as error:
        raise ClientError('Unable to open the window: %s' % error)
    window.title('RTPClient')
    return window


def parseArguments():
    """Read the command line; a wrong one ends the program with a usage line and code 2."""
    parser = argparse.ArgumentParser(description='A client of the streaming lab')
    parser.add_argument('host')
    parser.add_argument('port', type=portNumber)
    parser.add_argument('rtp_port', type=portNumber)
    parser.add_argument('movie')
    parser.add_argument('--script', type=parseScript, default='setup,play,end,teardown',
                        help='actions with commas between them: setup play pause describe teardown '
                             'frames=N seconds=X end (default: %(default)s)')
    parser.add_argument('--frames', metavar='DIR', help='write each frame to DIR/frame-NNNN.jpg')
    parser.add_argument('--window', action='store_true',
                        help='open the window, whose buttons are pressed by hand')
    parser.add_argument('--limit', metavar='SECONDS', type=float, default=60,
                        help='the whole script may take so long (default: %(default)s)')
    return parser.parse_args()


def portNumber(text):
    """Return a port number from 1 to 65535."""
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError('%d is not from 1 to 65535' % port)
    return port


def parseScript(text):
    """Return the actions of a script, each as a pair of its name and its number or None."""
    actions = []
    for action in text.split(','):
        name, equals, value = action.partition('=')
        try:
            if name == 'frames':
                actions.append((name, int(value)))
            elif name == 'seconds':
                actions.append((name, float(value)))
            elif not equals and (name == 'end' or name in BUTTONS):
                actions.append((name, None))
            else:
                raise ValueError
        except ValueError:
            raise argparse.ArgumentTypeError("unknown action '%s'" % action)
    return actions


def runScript(client, actions, limit):
    """Run one action after the other."""
    deadline = time.monotonic() + limit
    for name, value in actions:
        start = time.monotonic()
        if name == 'frames':
            waitUntil(client, deadline, lambda: client.framesReceived >= value)
        elif name == 'seconds':
            waitUntil(client, deadline, lambda: time.monotonic() >= start + value)
        elif name == 'end':
            waitUntil(client, deadline, lambda: time.monotonic() >= END_OF_MOVIE
                      + max(start, client.lastPacketTime))
        else:
            pressButton(client, name)


def waitUntil(client, deadline, condition):
    """Wait until a condition is met; the limit of time and a failure of the client are errors."""
    while not condition():
        client.checkFailure()
        if time.monotonic() >= deadline:
            raise ClientError('Time is over after %d frames' % client.framesReceived)
        time.sleep(0.005)


def pressButton(client, name):
    """Press a button and wait for the reply to the request that it sends."""
    button, requestCode = BUTTONS[name]
    seqBefore = client.rtspSeq
    button(client)
    client.waitForReply()
    if client.rtspSeq == seqBefore or client.requestSent != requestCode:
        raise ClientError('%s could not be sent in this state' % name.upper())


def checkResult(client):
    """Is the session one that went well?"""
    client.checkFailure()
    if client.framesReceived == 0:
        raise ClientError('No frame was received')
    if client.teardownAcked == 0:
        raise ClientError('TEARDOWN was not sent')


if __name__ == '__main__':
    main()
