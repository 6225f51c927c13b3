"""What Acme adds to Wattlab; nothing is imported here, because the tracker runs without the lab."""
