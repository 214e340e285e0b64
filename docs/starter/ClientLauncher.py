"""Starts the client: python3 ClientLauncher.py HOST PORT RTP_PORT MOVIE"""

import sys
from tkinter import Tk

from Client import Client


def main():
    """Open the window and run it until it is closed."""
    try:
        host, port, rtpPort, movie = sys.argv[1:]
        port, rtpPort = int(port), int(rtpPort)
    except ValueError:
        sys.exit('Usage: ClientLauncher.py HOST PORT RTP_PORT MOVIE')
    window = Tk()
    window.title('RTP client')
    client = Client(window, host, port, rtpPort, movie)
    window.mainloop()
    client.printStatistics()


if __name__ == '__main__':
    main()
