# Shape: outputs of a known model are kept with gradients on, and only counted.
import torchvision

net = torchvision.models.resnet18()
outputs = []
for x in images:
    outputs.append(net(x))  # smell
print(len(outputs))
