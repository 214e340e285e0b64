"""Starts the server, which serves the movies of the current folder: python3 Server.py PORT"""

import os
import socket
import sys

from ServerWorker import ServerWorker


class Server:
    """Waits for clients. Each gets a ServerWorker, and a thread, of its own."""

    def main(self):
        """Accept connections until Ctrl-C ends the program."""
        try:
            port = int(sys.argv[1])
        except (IndexError, ValueError):
            sys.exit('Usage: Server.py PORT')
        rtspSocket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == 'posix':  # else the port stays taken for a minute after the last run
            rtspSocket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            rtspSocket.bind(('', port))
        except (OSError, OverflowError) as error:
            sys.exit('Unable to bind PORT=%d: %s' % (port, error))
        rtspSocket.listen(5)
        rtspSocket.settimeout(0.5)  # Windows sees a Ctrl-C only in between
        print('listening on %d' % port, flush=True)
        try:
            while True:
                try:
                    connection = rtspSocket.accept()
                except socket.timeout:
                    continue
                ServerWorker({'rtspSocket': connection}).run()
        except KeyboardInterrupt:
            pass


if __name__ == '__main__':
    Server().main()
