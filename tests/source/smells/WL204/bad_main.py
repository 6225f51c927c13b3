# Shape: in main().
from torch import autograd


def main():
    autograd.set_detect_anomaly(mode=True)  # smell
    train()


if __name__ == "__main__":
    main()
