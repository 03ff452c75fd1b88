// The dialects chat-ws and stream-ws on the npm package "ws", taken from the folder NODE_MODULES. Announces its port as one line on
// stdout; ends with its stdin.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const { WebSocketServer } = createRequire(`${process.env.NODE_MODULES}/`)('ws');
const [tokens, gapMs] = process.argv.slice(2).map(Number);

const chatWs = {
  token: (text) => ({ object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: text }, finish_reason: null }] }),
  end: () => ({ object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
};
const streamWs = { token: (text) => ({ type: 'chunk', content: text }), end: () => ({ type: 'done' }) };

function dialectOf(url) {
  if (url.startsWith('/v1/chat/completions?model=')) return chatWs;
  return url === '/v1/stream' ? streamWs : undefined;
}

async function stream(socket, dialect) {
  for (let i = 0; i < tokens; i++) {
    await sleep(gapMs);
    socket.send(JSON.stringify(dialect.token(`word${i} `)));
  }
  socket.send(JSON.stringify(dialect.end()));
  socket.close(1000);
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket, request) => {
  const dialect = dialectOf(request.url);
  if (!dialect) return socket.close(4004, 'no such endpoint');
  socket.on('message', (text) => {
    const message = JSON.parse(text);
    if (message.type === 'ping') socket.send(JSON.stringify({ type: 'pong' }));
    else if (message.stream === true) stream(socket, dialect);
  });
});
process.stdin.resume().on('end', () => process.exit(0));
