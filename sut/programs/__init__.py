"""The measured program as it lies on the SUT; `sut.programs.look` is the process that looks at it."""
