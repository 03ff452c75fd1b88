"""The dialect ws-stream on Debian's python3-websockets. Announces its port as one line on stdout; ends with its stdin."""

import asyncio
import json
import sys

import websockets

TOKENS = int(sys.argv[1])
GAP_S = float(sys.argv[2]) / 1000


def chunk(delta, finish_reason=None):
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return json.dumps({"object": "chat.completion.chunk", "choices": [choice]})


async def serve_stream(socket, path):
    if path != "/v1/ws/stream":
        await socket.close(4004, "no such endpoint")
        return
    request = json.loads(await socket.recv())
    assert request["stream"] is True
    await socket.send(chunk({"role": "assistant", "content": ""}))
    for number in range(TOKENS):
        await asyncio.sleep(GAP_S)
        await socket.send(chunk({"content": f"word{number} "}))
    await socket.send(chunk({}, "stop"))


async def main():
    async with websockets.serve(serve_stream, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
