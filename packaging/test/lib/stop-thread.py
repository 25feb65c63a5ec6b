"""Stops one thread of a process, and holds it until the process is killed: usage stop-thread.py TID."""

import ctypes
import os
import sys

PTRACE_ATTACH = 16
WALL = 0x40000000

thread = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
if libc.ptrace(PTRACE_ATTACH, thread, None, None) != 0:
    sys.exit(f"thread {thread} cannot be stopped: {os.strerror(ctypes.get_errno())}")
os.waitpid(thread, WALL)
print(f"thread {thread} is stopped", flush=True)
# Its end, without which the process would not be gone either.
os.waitpid(thread, WALL)
