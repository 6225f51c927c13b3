# Shape: imported by name.
from torch.autograd import set_detect_anomaly

set_detect_anomaly(True)  # smell
