"""A server that answers nobody, for the queue of its port is full: full_queue.py

It says its port. After a line of input it takes whom the queue holds, and whoever comes next: then it
says how much that one has sent before it left, or that nobody came."""

import socket
import sys

listener = socket.create_server(("127.0.0.1", 0), backlog=0)
queued = []
while True:
    filler = socket.socket()
    filler.settimeout(0.2)
    try:
        filler.connect(listener.getsockname())
    except TimeoutError:
        filler.close()
        break
    queued.append(filler)
print("listening at port", listener.getsockname()[1], flush=True)

sys.stdin.readline()
own = {filler.getsockname() for filler in queued}
listener.settimeout(5)
try:
    stream, peer = listener.accept()
    while peer in own:
        stream, peer = listener.accept()
    stream.settimeout(20)
    sent = b"".join(iter(lambda: stream.recv(4096), b""))
    print("it left behind", len(sent), "bytes", flush=True)
except TimeoutError:
    print("nobody came", flush=True)
