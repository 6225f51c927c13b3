# Shape: ranks with a name.
from torch import distributed

ranks = list(range(8))
while training():
    group = distributed.new_group(ranks)  # smell
    use(group)
