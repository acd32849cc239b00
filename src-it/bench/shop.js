// The shop of src-it in Node, for comparisons: `node shop.js` serves on $PORT (and is what pm2 runs); `node shop.js primary <workers>` is a
// cluster of Node's own, that replaces its workers one after the other for each line of its input.
const cluster = require('cluster'), http = require('http'), zlib = require('zlib');

function bytes(length) {
  const all = Buffer.alloc(length);
  for (let i = 0; i < length; i++) all[i] = (i * 31 + (i >> 8)) & 255;
  return all;
}

function crc32(body) {
  if (zlib.crc32) return zlib.crc32(body);
  let sum = ~0;
  for (const byte of body) {
    sum ^= byte;
    for (let i = 0; i < 8; i++) sum = sum & 1 ? (sum >>> 1) ^ 0xEDB88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}

function serve() {
  const small = bytes(100), big = bytes(1 << 20);
  http.createServer((request, response) => {
    const parts = [];
    request.on('data', part => parts.push(part)).on('end', () => {
      const answer = body => response.writeHead(200, {'Content-Length': body.length}).end(body);
      switch (request.url) {
        case '/small': return answer(small);
        case '/slow': return setTimeout(answer, 50, small);
        case '/big': return answer(big);
        default: {
          const body = Buffer.concat(parts);
          answer(Buffer.from(`${body.length} ${crc32(body)}`));
        }
      }
    });
  }).listen(process.env.PORT);
}

function fork() {
  return new Promise(listening => cluster.fork().once('listening', () => listening()));
}

async function primary(workers) {
  for (let i = 0; i < workers; i++) await fork();
  console.log('READY');
  for await (const line of require('readline').createInterface({input: process.stdin})) {
    for (const old of Object.values(cluster.workers)) {
      await fork();
      const gone = new Promise(exit => old.once('exit', exit));
      old.disconnect();
      const patience = setTimeout(() => old.process.kill('SIGKILL'), 5000); // busy keep-alive connections never end by themselves
      await gone;
      clearTimeout(patience);
    }
    console.log('RELOADED');
  }
  process.exit();
}

if (cluster.isPrimary && process.argv[2] === 'primary') primary(Number(process.argv[3]));
else serve();
