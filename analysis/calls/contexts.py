"""The tree of calling contexts: which site was called below which, how often and how long."""

from dataclasses import dataclass, field

import numpy as np

from analysis.calls.covers import Booleans, Indices, summed
from analysis.maths.arrays import Floats

MOST_CONTEXTS = 20_000
"""Calls in more of them are part of their callers: a tree that large is not read."""

ROOT = -1


@dataclass(frozen=True, eq=False)
class Contexts:
    """Contexts with callers before callees, ``(m,)`` each.

    Attributes:
        parent: position of the caller's context, `ROOT` for calls by the program itself.
        site: number of the site.
        calls: how many.
        inclusive_s: their time with the calls within them; ``exclusive_s`` without.
    """

    parent: Indices
    site: Indices
    calls: Indices
    inclusive_s: Floats

    @property
    def exclusive_s(self) -> Floats:
        """Time without the calls within them; never negative."""
        below = self.parent >= 0
        inner_s = summed(self.parent[below], self.inclusive_s[below], len(self.parent))
        return np.maximum(self.inclusive_s - inner_s, 0.0)

    @property
    def depth(self) -> Indices:
        """Nesting, 0 for calls by the program itself."""
        depth = np.zeros(len(self.parent), dtype=np.int64)
        for i, parent in enumerate(self.parent.tolist()):
            depth[i] = 0 if parent < 0 else depth[parent] + 1
        return depth

    def time_within_s(self, sites: int) -> Floats:
        """Return the exclusive time of each site within the calls of each, ``(sites, sites)``.

        Row k holds what ran within calls of site k, itself included; a call of k within one of k counts once.
        """
        within_s = np.zeros((sites, sites))
        exclusive_s, parent, site = self.exclusive_s.tolist(), self.parent.tolist(), self.site.tolist()
        for i, time_s in enumerate(exclusive_s):
            above, node = set(), i
            while node >= 0:
                above.add(site[node])
                node = parent[node]
            within_s[list(above), site[i]] += time_s
        return within_s

    def renumbered(self, numbers: Indices) -> "Contexts":
        """Return the same with other numbers of the sites."""
        return Contexts(self.parent, numbers[self.site], self.calls, self.inclusive_s)


@dataclass(eq=False)
class ContextTree:
    """A tree that is filled while the records are read; a caller may become known after what it called."""

    _parent: list[int] = field(default_factory=list)
    _site: list[int] = field(default_factory=list)
    _known: dict[tuple[int, int], int] = field(default_factory=dict)
    _alias: dict[int, int] = field(default_factory=dict)
    _calls: Indices = field(default_factory=lambda: np.zeros(64, dtype=np.int64))
    _inclusive_s: Floats = field(default_factory=lambda: np.zeros(64))
    folded: bool = False
    """Whether there were more."""

    def placeholder(self) -> int:
        """Return a context for a caller that is not known yet."""
        return self._new(ROOT, -1)

    def resolve(self, placeholder: int, node: int) -> None:
        """Say which context a placeholder stands for."""
        self._alias[placeholder] = node

    def nodes(self, parent: Indices, site: Indices) -> tuple[Indices, Booleans]:
        """Return the contexts of calls ``(k,)`` by the contexts of their callers and their sites.

        With them whether they have a context of their own: beyond `MOST_CONTEXTS` it is that of the caller,
        in whose time theirs is already.
        """
        pairs, inverse = np.unique(np.stack((parent, site), axis=1), axis=0, return_inverse=True)
        found = [self._node(*pair) for pair in pairs.tolist()]
        node = np.array([-1 if one is None else one for one in found], dtype=np.int64)[inverse.ravel()]
        own = node >= 0
        return np.where(own, node, parent), own

    def count(self, node: Indices, duration_s: Floats) -> None:
        """Count calls in their contexts."""
        n = len(self._parent)
        if n > len(self._calls):
            grown = max(n, 2 * len(self._calls))
            self._calls = np.concatenate((self._calls, np.zeros(grown - len(self._calls), dtype=np.int64)))
            self._inclusive_s = np.concatenate((self._inclusive_s, np.zeros(grown - len(self._inclusive_s))))
        self._calls[:n] += np.bincount(node, minlength=n)
        self._inclusive_s[:n] += summed(node, duration_s, n)

    def _node(self, parent: int, site: int) -> int | None:
        node = self._known.get((parent, site))
        if node is None:
            if len(self._parent) >= MOST_CONTEXTS and parent != ROOT:
                self.folded = True
                return None
            node = self._new(parent, site)
            self._known[(parent, site)] = node
        return node

    def _new(self, parent: int, site: int) -> int:
        self._parent.append(parent)
        self._site.append(site)
        return len(self._parent) - 1

    def contexts(self) -> Contexts:
        """Return the tree; placeholders are what they stand for, or the program itself."""
        return merged([self._plain()])

    def _plain(self) -> tuple[list[int], list[int], list[int], list[float]]:
        n = len(self._parent)
        return (
            [self._real(parent) for parent in self._parent],
            [-1 if self._is_placeholder(i) else self._site[i] for i in range(n)],
            self._calls[:n].tolist(),
            self._inclusive_s[:n].tolist(),
        )

    def _is_placeholder(self, node: int) -> bool:
        return self._site[node] < 0

    def _real(self, node: int) -> int:
        while node >= 0 and self._site[node] < 0:
            node = self._alias.get(node, ROOT)
        return node


Plain = tuple[list[int], list[int], list[int], list[float]]


def merged(trees: list[Plain]) -> Contexts:
    """Merge trees: contexts of the same sites below each other become one.

    Args:
        trees: parents, sites (negative for what is no context), calls and times in seconds of each.
    """
    known: dict[tuple[int, int], int] = {}
    parents: list[int] = []
    sites: list[int] = []
    calls: list[int] = []
    times_s: list[float] = []
    for parent, site, n, time_s in trees:
        children: dict[int, list[int]] = {}
        for i, above in enumerate(parent):
            if site[i] >= 0:
                children.setdefault(above, []).append(i)
        queue = [(ROOT, ROOT)]
        for old_above, new_above in queue:
            for i in children.get(old_above, ()):
                key = (new_above, site[i])
                if key not in known:
                    known[key] = len(parents)
                    parents.append(new_above)
                    sites.append(site[i])
                    calls.append(0)
                    times_s.append(0.0)
                calls[known[key]] += n[i]
                times_s[known[key]] += time_s[i]
                queue.append((i, known[key]))
    return Contexts(
        parent=np.array(parents, dtype=np.int64),
        site=np.array(sites, dtype=np.int64),
        calls=np.array(calls, dtype=np.int64),
        inclusive_s=np.array(times_s, dtype=np.float64),
    )


def merge(trees: list[Contexts]) -> Contexts:
    """Merge the trees of several runs, their sites under the same numbers."""
    return merged(
        [
            (tree.parent.tolist(), tree.site.tolist(), tree.calls.tolist(), tree.inclusive_s.tolist())
            for tree in trees
        ]
    )
