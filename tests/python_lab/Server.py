"""The streaming server: python3 Server.py PORT"""

import os
import signal
import socket
import sys

sys.dont_write_bytecode = True  # leave no __pycache__ beside the sources

from ServerWorker import ServerWorker


class Server:
    """Accepts connections; a ServerWorker serves each of them, with the movies of this folder."""

    def main(self):
        """Listen on the port of the command line (0: a free one) until the program is ended."""
        try:
            serverPort = int(sys.argv[1])
        except (IndexError, ValueError):
            sys.exit('Usage: Server.py PORT')

        rtspSocket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == 'posix':  # elsewhere this would let two servers have one port
            rtspSocket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            rtspSocket.bind(('', serverPort))
        except (OSError, OverflowError) as error:
            sys.exit('Unable to bind PORT=%d: %s' % (serverPort, error))
        rtspSocket.listen(5)

        workers = []
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            serverPort = rtspSocket.getsockname()[1]
            print('listening on %d' % serverPort, flush=True)
            while True:
                clientInfo = {'server_port': serverPort, 'rtspSocket': rtspSocket.accept()}
                workers = [worker for worker in workers if worker.thread.is_alive()]
                workers.append(ServerWorker(clientInfo))
                workers[-1].run()
        except KeyboardInterrupt:
            pass
        finally:
            rtspSocket.close()
            for worker in workers:
                worker.stop()


if __name__ == '__main__':
    Server().main()
