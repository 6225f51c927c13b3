# Shape: a distillation: the loss is divided by an option, its number is added up and set back now and then.
import torch

args = parser.parse_args()
total = 0.0
for step, batch in enumerate(loader):
    loss = torch.nn.functional.mse_loss(student(batch), teacher(batch))
    loss = loss / args.steps
    loss.backward()
    total += loss.item() / args.steps
    if (step + 1) % args.steps == 0:
        print(total)
        total = 0.0
