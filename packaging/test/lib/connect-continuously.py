"""Connects to port ARGV[1] of this host until the file ARGV[2] is there; each connection asks for a chunk of a stream that
does not exist. Prints how many were answered, refused, and cut off before the answer, and the worst wait in seconds."""

import os
import socket
import struct
import sys
import threading
import time

port, end = int(sys.argv[1]), sys.argv[2]
# A frame of Spark's: its length, ChunkFetchRequest (0), stream, chunk.
request = struct.pack(">qbqi", 21, 0, 1, 0)
lock = threading.Lock()
count = {"answered": 0, "refused": 0, "cut": 0}
worst = 0.0


def ask():
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(request)
            return "answered" if connection.recv(1) else "cut"
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "cut"


def run():
    global worst
    while not os.path.exists(end):
        begin = time.monotonic()
        result = ask()
        with lock:
            count[result] += 1
            if result == "answered":
                worst = max(worst, time.monotonic() - begin)
        time.sleep(0.01)


threads = [threading.Thread(target=run) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(" ".join(f"{key}={value}" for key, value in count.items()), f"worst={worst:.2f}")
