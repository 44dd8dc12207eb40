#!/usr/bin/env python3
"""Measure how long the terminal client takes from its start to a prompt, in a pseudo-terminal, and its memory.

Usage: bench/start.py FILE ARGUMENTS…

FILE holds the password; the arguments are those of chat-client, such as --ca and the address. Prints the seconds of
eleven starts: one that creates the class archive unless an earlier start of the same build has, five to the password
prompt, and five to the prompt of the session, with its resident and proportional memory there.
"""
import fcntl, os, pathlib, pty, select, struct, subprocess, sys, termios, time

CHAT = str(pathlib.Path(__file__).resolve().parent.parent / "chat")


def mebibytes(pid, file, key):
    line = next(line for line in open(f"/proc/{pid}/{file}") if line.startswith(key + ":"))
    return int(line.split()[1]) // 1024


def seconds(arguments, prompt, memory=False):
    begin = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(CHAT, [CHAT, "client"] + arguments)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen = b""
    while prompt not in seen:
        if not select.select([terminal], [], [], 30)[0]:
            sys.exit(f"no prompt: {seen!r}")
        seen += os.read(terminal, 4096)
    took = time.monotonic() - begin
    used = ""
    if memory:
        time.sleep(2)
        used = f" ({mebibytes(pid, 'status', 'VmRSS')}, {mebibytes(pid, 'smaps_rollup', 'Pss')} MiB)"
    os.write(terminal, b"\x04")
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:
        pass
    os.waitpid(pid, 0)
    return f"{took:.2f}{used}"


password, arguments = sys.argv[1], sys.argv[2:]
subprocess.run([CHAT, "build"], check=True)
talk = ["--password-file", password] + arguments
print("without an archive:", seconds(talk, b"(nobody)>"))
print("to the password:   ", *[seconds(arguments, b"Password of") for _ in range(5)])
print("to talking:        ", *[seconds(talk, b"(nobody)>", memory=True) for _ in range(5)])
