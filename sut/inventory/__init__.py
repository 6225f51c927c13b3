"""What the SUT is made of."""
