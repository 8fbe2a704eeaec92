"""Scores and maps of pairs of squares by scikit-image.

usage: ssim_skimage.py INPUT COUNT SIZE OUTPUT
INPUT: COUNT pairs of SIZE x SIZE bytes. OUTPUT: COUNT scores, then COUNT maps without their border
of 3, all fp64.
"""
import sys

import numpy
from skimage.metrics import structural_similarity

path, count, size, output = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
pairs = numpy.fromfile(path, numpy.uint8).reshape(count, 2, size, size)
scores = numpy.empty(count)
maps = numpy.empty((count, size - 6, size - 6))
for i, (a, b) in enumerate(pairs):
    scores[i], full = structural_similarity(a, b, full=True, data_range=255)
    maps[i] = full[3:-3, 3:-3]
with open(output, "wb") as file:
    scores.tofile(file)
    maps.tofile(file)
