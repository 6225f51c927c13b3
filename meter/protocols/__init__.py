"""What families of drivers share: how SCPI, Modbus and HTTP instruments are talked to."""
