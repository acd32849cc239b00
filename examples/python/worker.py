"""A Musher worker in plain Python: joins its cluster, takes connections until it is told to stop. See core/PROTOCOL.md."""
import os, socket, struct, threading

HELLO, WELCOME, READY, NOT_READY, LISTENING, DRAIN, STOP, DISCONNECT, GOODBYE = range(1, 10)

host, port = os.environ["MUSHER_IPC"].rsplit(":", 1)
channel = socket.create_connection((host, int(port)))


def send(kind, text=""):
    channel.sendall(struct.pack(">IBI", len(text.encode()), kind, 0) + text.encode())


def read(stream, size):
    data = stream.read(size)
    if len(data) < size:
        raise SystemExit("the primary is gone")
    return data


def frames():
    with channel.makefile("rb") as stream:
        while True:
            size, kind, _ = struct.unpack(">IBI", read(stream, 9))
            yield kind, read(stream, size)


def serve(listening):
    while True:
        connection, _ = listening.accept()
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n")
        connection.close()


send(HELLO, f"musher/1 {os.environ['MUSHER_TOKEN']} {os.getpid()}")
for kind, payload in frames():
    if kind == WELCOME:
        listening = socket.create_server(("127.0.0.1", int(os.environ.get("MUSHER_PORT", 0))))
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        send(LISTENING, str(listening.getsockname()[1]))
        send(READY)
    elif kind in (STOP, GOODBYE):
        send(GOODBYE)
        break
