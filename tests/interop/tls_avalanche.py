"""Many UAs that register over TLS connections of their own at about the same time, until all are registered."""
import asyncio
import multiprocessing
import random
import re
import time

from user_agent import unverified

PROCESSES = 4
TIMER_F_S = 32
RETRY_AFTER = re.compile(rb"\nRetry-After: (\d+)\r\n")


class Uas:
    """Those of one process. Their connections stay open until all processes are done."""

    def __init__(self, edge, numbers, within_s):
        self.edge, self.numbers, self.within_s = edge, numbers, within_s
        self.context = unverified()
        self.refused = self.failed = 0
        self.connections = []

    async def run(self, results, done):
        seconds = await asyncio.gather(*(self.come_back(number) for number in self.numbers))
        results.put((seconds, self.refused, self.failed))
        done.wait()
        for _, writer in self.connections:
            writer.transport.abort()

    async def come_back(self, number):
        """Seconds from the first attempt to the 200."""
        await asyncio.sleep(random.uniform(0, self.within_s))
        begin, connection, cseq = time.monotonic(), None, 0
        while True:
            cseq += 1
            try:
                if not connection:
                    connection = await asyncio.wait_for(asyncio.open_connection(*self.edge, ssl=self.context), TIMER_F_S)
                answer = await asyncio.wait_for(self.register(connection, number, cseq), TIMER_F_S)
            except (OSError, EOFError, asyncio.TimeoutError):
                self.failed += 1
                connection = None
                await asyncio.sleep(random.uniform(15, 30))  # RFC 5626 §4.5
                continue
            if answer.startswith(b"SIP/2.0 200 "):
                self.connections.append(connection)
                return time.monotonic() - begin
            retry = RETRY_AFTER.search(answer)
            assert answer.startswith(b"SIP/2.0 503 ") and retry, answer
            self.refused += 1
            await asyncio.sleep(int(retry[1]))

    async def register(self, connection, number, cseq):
        reader, writer = connection
        host, port = writer.get_extra_info("sockname")
        writer.write(
            f"REGISTER sip:example.com SIP/2.0\r\n"
            f"Via: SIP/2.0/TLS {host}:{port};branch=z9hG4bK{number}.{cseq};rport\r\n"
            f"From: <sip:t{number}@example.com>;tag=t{number}\r\n"
            f"To: <sip:t{number}@example.com>\r\n"
            f"Call-ID: t{number}\r\n"
            f"CSeq: {cseq} REGISTER\r\n"
            f"Max-Forwards: 70\r\n"
            f"Supported: outbound, path, gruu\r\n"
            f"Contact: <sip:t{number}@{host}:{port};transport=tls>;reg-id=1;expires=3600;"
            f'+sip.instance="<urn:uuid:00000000-0000-4000-8000-{number:012d}>"\r\n'
            f"Content-Length: 0\r\n\r\n".encode()
        )
        return await reader.readuntil(b"\r\n\r\n")


def work(edge, numbers, within_s, results, done):
    asyncio.run(Uas(edge, numbers, within_s).run(results, done))


def tls_avalanche(edge, uas, within_s):
    """Returns the seconds that each took, sorted, how many 503s there were and how many attempts that failed."""
    context = multiprocessing.get_context("fork")
    results, done = context.Queue(), context.Event()
    processes = [
        context.Process(target=work, args=(edge, range(i, uas, PROCESSES), within_s, results, done), daemon=True)
        for i in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    try:
        parts = [results.get() for _ in processes]
    finally:
        done.set()
        for process in processes:
            process.join(5)
            process.kill()
    return sorted(s for part in parts for s in part[0]), sum(part[1] for part in parts), sum(part[2] for part in parts)
