"""A Modbus server by a library of others, run as a process: ``LIBRARY PORT UNIT REGISTERS``.

REGISTERS is a JSON object: function code, then first address, then a list of words. Prints ``ready``
when it listens; for TCP the port follows. Ends when standard input ends.
"""

import asyncio
import json
import sys

Registers = dict[str, dict[str, list[int]]]


async def pymodbus_server(port: str, unit: int, registers: Registers) -> None:
    from pymodbus.server import ModbusSerialServer, ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    def block(function: str) -> list[SimData]:
        found = registers.get(function) or {"0": [0]}
        return [SimData(int(a), values=words, datatype=DataType.REGISTERS) for a, words in found.items()]

    bits = [SimData(0, values=[False], datatype=DataType.BITS)]
    device = SimDevice(unit, simdata=(bits, bits, block("3"), block("4")))
    if port == "tcp":
        server = ModbusTcpServer(device, address=("127.0.0.1", 0))
    else:
        server = ModbusSerialServer(device, port=port, baudrate=9600)
    await server.serve_forever(background=True)
    where = server.transport.sockets[0].getsockname()[1] if port == "tcp" else port
    print("ready", where, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.shutdown()


def modbus_tk_server(port: str, unit: int, registers: Registers) -> None:
    import serial
    from modbus_tk import defines, modbus_rtu

    server = modbus_rtu.RtuServer(serial.Serial(port, 9600))
    server.start()
    slave = server.add_slave(unit)
    kinds = {"3": defines.HOLDING_REGISTERS, "4": defines.ANALOG_INPUTS}
    for function, blocks in registers.items():
        for address, words in blocks.items():
            name = f"{function}-{address}"
            slave.add_block(name, kinds[function], int(address), len(words))
            slave.set_values(name, int(address), words)
    print("ready", port, flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    library, port, unit, registers = sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
    if library == "pymodbus":
        asyncio.run(pymodbus_server(port, unit, registers))
    else:
        modbus_tk_server(port, unit, registers)
