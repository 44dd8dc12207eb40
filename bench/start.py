#!/usr/bin/env python3
"""Measure how long the terminal client takes from its start to a prompt, in a pseudo-terminal.

Usage: bench/start.py FILE ARGUMENTS…

FILE holds the password; the arguments are those of chat-client, such as --ca and the address. Prints the seconds of
eleven starts: one that creates the class archive unless an earlier start of the same build has, five to the password
prompt, and five to the prompt of the session.
"""
import fcntl, os, pathlib, pty, select, struct, subprocess, sys, termios, time

CHAT = str(pathlib.Path(__file__).resolve().parent.parent / "chat")


def seconds(arguments, prompt):
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
    os.write(terminal, b"\x04")
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:
        pass
    os.waitpid(pid, 0)
    return f"{took:.2f}"


password, arguments = sys.argv[1], sys.argv[2:]
subprocess.run([CHAT, "build"], check=True)
talk = ["--password-file", password] + arguments
print("without an archive:", seconds(talk, b"(nobody)>"))
print("to the password:   ", *[seconds(arguments, b"Password of") for _ in range(5)])
print("to talking:        ", *[seconds(talk, b"(nobody)>") for _ in range(5)])
