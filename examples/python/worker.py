"""A Musher worker in plain Python: serves HTTP, answers messages, and exits when asked to stop. See core/PROTOCOL.md."""
import json, os, socket, struct, threading

HELLO, WELCOME, LISTENING, STOP, GOODBYE, TAKEN, HEARTBEAT, ALIVE, VALUE, ASK, ANSWER = 1, 2, 5, 7, 9, 10, 13, 14, 32, 34, 36

host, port = os.environ["MUSHER_IPC"].rsplit(":", 1)
channel = socket.create_connection((host, int(port)))


def send(kind, payload="", sequence=0):
    payload = payload if isinstance(payload, bytes) else str(payload).encode()
    channel.sendall(struct.pack(">IBI", len(payload), kind, sequence) + payload)


def message(kind, value, sequence=0, to=0):
    send(kind, struct.pack(">i", to) + json.dumps(value).encode(), sequence)


def frames():
    with channel.makefile("rb") as stream:
        while len(head := stream.read(9)) == 9:
            size, kind, sequence = struct.unpack(">IBI", head)
            yield kind, sequence, stream.read(size)


def serve(listening):
    while True:
        connection, _ = listening.accept()
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n")
        connection.close()


send(HELLO, f"musher/1 {os.environ['MUSHER_TOKEN']} {os.getpid()}")
for kind, sequence, payload in frames():
    if kind == WELCOME:
        listening = socket.create_server((os.environ.get("MUSHER_HOST", "127.0.0.1"), int(os.environ.get("MUSHER_PORT", 0))))
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        send(LISTENING, listening.getsockname()[1])
        message(VALUE, {"hello": "from Python"})
    elif kind == HEARTBEAT:
        send(ALIVE, payload)
    elif kind in (VALUE, ASK):
        sender, value = struct.unpack(">i", payload[:4])[0], json.loads(payload[4:])
        message(ANSWER if kind == ASK else VALUE, {"echo": value}, sequence, sender)
        send(TAKEN, len(payload) + 64)
    elif kind in (STOP, GOODBYE):
        send(GOODBYE)
        break
else:
    raise SystemExit("the primary is gone")
