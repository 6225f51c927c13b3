"""A SUT that is reached over ssh: the link, processes that outlive it, files, clock and sensors."""
