"""passing.py HOW ADDRESS PORT DIRECTORY [FD]: sockets that go to other images and processes.

serve listens and gives each connection to another program, one way after the other, then the listener to another image of itself;
taker, whom nobody forked, gets one over a UNIX socket. Each connection is told by whom it was answered.
"""
import os
import socket
import subprocess
import sys

how, address, port, directory = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
path = os.path.join(directory, "taker")


def answer(connection, who):
    peer = connection.getpeername()[0]
    said = connection.recv(100)
    connection.sendall(f"{who} {said.decode().strip()} of {peer}\n".encode())
    connection.close()


def image(name, fd):
    return [sys.executable, __file__, name, address, str(port), directory, str(fd)]


def serve():
    listener = socket.socket(family)
    listener.bind((address, port))
    listener.listen(5)
    print("listening", flush=True)
    fd = lambda: listener.accept()[0]
    with fd() as c:
        child = subprocess.Popen(image("child", c.fileno()), pass_fds=[c.fileno()])
    child.wait()
    with fd() as c:
        child = subprocess.Popen(["sh", "-c", "read said; echo inetd $said"], stdin=c, stdout=c)
    child.wait()
    with fd() as c:
        child = subprocess.Popen(["sed", "s/^/stdio /;q"], stdin=c, stdout=c)
    child.wait()
    with fd() as c:
        actions = [(os.POSIX_SPAWN_DUP2, c.fileno(), 0), (os.POSIX_SPAWN_DUP2, c.fileno(), 1)]
        child = os.posix_spawnp("sh", ["sh", "-c", "read said; echo spawned $said"], os.environ, file_actions=actions)
    os.waitpid(child, 0)
    with fd() as c, socket.socket(socket.AF_UNIX) as to:
        to.connect(path)
        socket.send_fds(to, [b"x"], [c.fileno()])
        c.close()
        to.recv(1)
    with fd() as c:
        os.set_inheritable(c.fileno(), True)
        os.set_inheritable(listener.fileno(), True)
        environment = {"FIRST": str(c.fileno())}
        os.execve(sys.executable, image("again", listener.fileno()), environment)


def taker():
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        print("waiting", flush=True)
        over = listener.accept()[0]
        _, descriptors, _, _ = socket.recv_fds(over, 1, 1)
        over.send(b"y")
        answer(socket.socket(fileno=descriptors[0]), "taker")


def again():
    answer(socket.socket(fileno=int(os.environ["FIRST"])), "image")
    listener = socket.socket(fileno=int(sys.argv[5]))
    answer(listener.accept()[0], "listener")
    # Closed on exec, and so in both of these: nobody but this process has it.
    kept = listener.accept()[0]
    subprocess.run(["true"], close_fds=False)
    os.waitpid(os.posix_spawnp("true", ["true"], os.environ), 0)
    print("kept", flush=True)
    answer(kept, "kept")


if how == "child":
    answer(socket.socket(fileno=int(sys.argv[5])), "child")
else:
    {"serve": serve, "taker": taker, "again": again}[how]()
