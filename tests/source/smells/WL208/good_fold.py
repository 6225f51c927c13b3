# Shape: another part each fold.
from torch.utils.data import DataLoader, Subset

for train_ids, test_ids in folds:
    loader = DataLoader(Subset(data, train_ids), num_workers=4)
    fit(loader)
