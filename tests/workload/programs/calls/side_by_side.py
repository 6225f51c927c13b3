"""Threads, coroutines, processes; what a program does with signals and at its end."""

import asyncio
import atexit
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback

import wanted


def work(n):
    return [wanted.square(i) for i in range(n)]


async def steps(name, n):
    out = []
    for i in range(n):
        out.append(await wanted.fetch(wanted.square(i)))
    try:
        await wanted.fetch(0, error=KeyError(name))
    except KeyError as error:
        out.append(error.args)
        traceback.print_exc(file=sys.stdout)
    return wanted.join(*out), await asyncio.sleep(0, wanted.square(n))


async def numbers():
    for i in range(3):
        yield wanted.square(i)
        await wanted.fetch(i)


async def main():
    print(await asyncio.gather(steps("a", 2), steps("b", 3)))
    print([x async for x in numbers()], [await wanted.fetch(i) for i in range(2)])
    print(await wanted.apply(wanted.fetch, 5), asyncio.iscoroutinefunction(steps))


def on_alarm(number, frame):
    raise TimeoutError(wanted.join("alarm", number == signal.SIGALRM))


if __name__ == "__main__":
    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(pickle.loads(pickle.dumps(work))(3), work.__module__)
    asyncio.run(main())
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, pool.map(work, [1, 2]))
    child = os.fork()
    if child == 0:
        wanted.square(9)
        os._exit(3)
    print(os.waitpid(child, 0)[1])
    signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    try:
        wanted.apply(lambda: [None for _ in iter(int, 1)])
    except TimeoutError as error:
        print("timed out", error)
    atexit.register(lambda: print("at exit", wanted.square(3)))
    wanted.apply(sys.exit, 7)
