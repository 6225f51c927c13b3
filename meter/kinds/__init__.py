"""How a reading is got: asked for, or sent by the meter itself; on a serial port."""
