"""Columns of parallel branches: brought in line where they are near, left alone where they are not."""

from __future__ import annotations

import heapq

__all__ = ["align_columns"]


def align_columns(branches: list[list[float]], reach: float) -> tuple[list[float], list[list[int]]]:
    """Push columns of ``branches`` forward so that those within ``reach`` of each other coincide.

    Returns the columns of all branches together, and for each branch which of them are its own. What a
    column is pushed by, all later columns of its branch are pushed by too.
    """
    merged: list[float] = []
    picks: list[list[int]] = [[] for _ in branches]
    pushed = [0.0] * len(branches)
    # What is near the foremost column is pushed level with the farthest of them; what follows moves along.
    heap = [(columns[0], i) for i, columns in enumerate(branches) if columns]
    heapq.heapify(heap)
    while heap:
        near = [heapq.heappop(heap)]
        while heap and heap[0][0] <= near[0][0] + reach:
            near.append(heapq.heappop(heap))
        # Columns only move forward: backwards they could run into what is before them.
        target = near[-1][0]
        for column, i in near:
            pushed[i] += target - column
            picks[i].append(len(merged))
            if len(picks[i]) < len(branches[i]):
                heapq.heappush(heap, (branches[i][len(picks[i])] + pushed[i], i))
        merged.append(target)
    return merged, picks
