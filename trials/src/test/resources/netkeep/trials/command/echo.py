"""echo.py serve|ask PORT ADDRESS…: asyncio's streams. Who asks sends much over several connections at once."""
import asyncio
import sys

how, port, addresses = sys.argv[1], int(sys.argv[2]), sys.argv[3:]


async def answer(reader, writer):
    while octets := await reader.read(65536):
        writer.write(octets)
        await writer.drain()
    writer.close()


async def serve():
    server = await asyncio.start_server(answer, addresses, port)
    await server.serve_forever()


async def one(number):
    reader, writer = await asyncio.open_connection(addresses[0], port)
    sent = bytes([number]) * 300_000
    writer.write(sent)
    writer.write_eof()
    got = await reader.read(-1)
    writer.close()
    await writer.wait_closed()
    return got == sent


async def ask():
    right = await asyncio.wait_for(asyncio.gather(*(one(number) for number in range(20))), 30)
    print(sum(right), "the same")


asyncio.run(serve() if how == "serve" else ask())
