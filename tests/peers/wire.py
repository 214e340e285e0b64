#!/usr/bin/env python3
"""wire.py SERVER_NAMESPACE CLIENT_NAMESPACE NAME DELAY_MS SPREAD_MS: a wire between two network
namespaces, for kernels without netem.

It has an interface called NAME at each end. What goes to the client takes DELAY_MS, give or take
SPREAD_MS, for each packet anew, so that packets overtake each other; what goes to the server is
there at once. Prints "ready", and ends when its input ends. The interfaces go with it.
"""
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
MOST = 65536


def plug(namespace, name):
    """One end of the wire; it stays ours, wherever its interface lives."""
    # The same name may be in use where it is made.
    temporary = "wire%d%s" % (os.getpid(), namespace[-1])
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    request = struct.pack("16sH22x", temporary.encode(), IFF_TUN | IFF_NO_PI)
    fcntl.ioctl(end, TUNSETIFF, request)
    move = ["ip", "link", "set", "dev", temporary, "netns", namespace, "name", name]
    subprocess.run(move, check=True)
    return end


def read(end):
    try:
        return os.read(end, MOST)
    except OSError:
        return b""  # The interface is down.


def write(end, packet):
    try:
        os.write(end, packet)
    except OSError:
        pass  # The interface is down, and the packet is lost.


def main():
    server_namespace, client_namespace, name = sys.argv[1:4]
    delay, spread = (float(number) / 1000 for number in sys.argv[4:6])
    server, client = plug(server_namespace, name), plug(client_namespace, name)
    print("ready", flush=True)
    on_the_way = []
    while True:
        now = time.monotonic()
        while on_the_way and on_the_way[0][0] <= now:
            write(client, heapq.heappop(on_the_way)[2])
        wait = on_the_way[0][0] - now if on_the_way else None
        readable = select.select([server, client, sys.stdin], [], [], wait)[0]
        if sys.stdin in readable and not sys.stdin.buffer.raw.read(1):
            return
        if client in readable:
            write(server, read(client))
        if server in readable:
            due = time.monotonic() + delay + random.uniform(-spread, spread)
            heapq.heappush(on_the_way, (due, random.random(), read(server)))


main()
