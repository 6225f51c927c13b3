"""Files that leave the lab: replication package, DE-UZ 215 spreadsheet, logs in the form of MLPerf Power."""
