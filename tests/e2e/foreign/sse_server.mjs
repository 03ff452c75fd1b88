// OpenAI chat completions as server-sent events on Node's own http module. Announces its port as one line on stdout; ends with its stdin.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const [tokens, gapMs] = process.argv.slice(2).map(Number);

function chunk(delta, finish_reason = null) {
  const body = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] };
  return `data: ${JSON.stringify(body)}\n\n`;
}

async function stream(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(chunk({ role: 'assistant', content: '' }));
  for (let i = 0; i < tokens; i++) {
    await sleep(gapMs);
    response.write(chunk({ content: `word${i} ` }));
  }
  response.write(chunk({}, 'stop'));
  response.end('data: [DONE]\n\n');
}

const server = http.createServer((request, response) => {
  let body = '';
  request.on('data', (bytes) => (body += bytes));
  request.on('end', () => {
    const asked = request.method === 'POST' && request.url === '/v1/chat/completions' && JSON.parse(body).stream === true;
    if (asked) stream(response);
    else response.writeHead(404).end('{"error":{"message":"not here"}}');
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
