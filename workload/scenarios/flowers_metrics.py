"""What a classifier achieved, from its confusion matrix."""

import numpy as np


def scores(labels, predicted, classes):
    """Return accuracy, macro precision, recall and F1 (shares), and the correct classifications.

    A class that is never predicted has precision 0, as usual. Macro means: of the classes, evenly.

    Args:
        labels: the truth, class numbers, shape ``(n,)``.
        predicted: the same as predicted.
        classes: how many classes there are.
    """
    matrix = np.zeros((classes, classes), int)
    np.add.at(matrix, (labels, predicted), 1)
    hits, of_class, as_class = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    precision = hits / np.maximum(as_class, 1)
    recall = hits / np.maximum(of_class, 1)
    f1 = 2 * hits / np.maximum(of_class + as_class, 1)
    return {
        "val_accuracy": float(hits.sum() / max(1, len(labels))),
        "macro_f1": float(f1.mean()),
        "precision": float(precision.mean()),
        "recall": float(recall.mean()),
        "correct": int(hits.sum()),
    }
