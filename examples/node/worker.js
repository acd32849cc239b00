// A Musher worker in plain Node: serves HTTP, answers messages, and exits when asked to stop. See core/PROTOCOL.md.
const http = require('http'), net = require('net');

const HELLO = 1, WELCOME = 2, LISTENING = 5, STOP = 7, GOODBYE = 9, TAKEN = 10, HEARTBEAT = 13, ALIVE = 14,
  VALUE = 32, ASK = 34, ANSWER = 36;
const [, host, port] = process.env.MUSHER_IPC.match(/(.*):(\d+)/);
const channel = net.connect(port, host, () => send(HELLO, `musher/1 ${process.env.MUSHER_TOKEN} ${process.pid}`));
const server = http.createServer((request, response) => response.end('hello\n'));
let rest = Buffer.alloc(0);

function send(kind, payload = '', sequence = 0) {
  const body = Buffer.from(payload), head = Buffer.alloc(9);
  head.writeUInt32BE(body.length, 0);
  head.writeUInt8(kind, 4);
  head.writeUInt32BE(sequence, 5);
  channel.write(Buffer.concat([head, body]));
}

function message(kind, value, sequence = 0, to = 0) {
  const peer = Buffer.alloc(4);
  peer.writeInt32BE(to);
  send(kind, Buffer.concat([peer, Buffer.from(JSON.stringify(value))]), sequence);
}

function hear(kind, sequence, payload) {
  if (kind === WELCOME) {
    server.listen(process.env.MUSHER_PORT || 0, process.env.MUSHER_HOST, () => send(LISTENING, String(server.address().port)));
    message(VALUE, {hello: 'from Node'});
  } else if (kind === HEARTBEAT) {
    send(ALIVE, payload);
  } else if (kind === VALUE || kind === ASK) {
    message(kind === ASK ? ANSWER : VALUE, {echo: JSON.parse(payload.subarray(4))}, sequence, payload.readInt32BE(0));
    send(TAKEN, String(payload.length + 64));
  } else if ((kind === STOP || kind === GOODBYE) && !channel.writableEnded) {
    send(GOODBYE);
    channel.end();
    server.close();
  }
}

channel.on('data', chunk => {
  rest = Buffer.concat([rest, chunk]);
  while (rest.length >= 9 && rest.length >= 9 + rest.readUInt32BE(0)) {
    const end = 9 + rest.readUInt32BE(0), frame = rest.subarray(0, end);
    rest = rest.subarray(end);
    hear(frame[4], frame.readUInt32BE(5), frame.subarray(9));
  }
});
channel.on('close', () => process.exit());
