#!/usr/bin/env python3
"""A plain relu network of the same size, by scikit-learn: what event times (docs/results/relpsp.md) are held against.

usage: relu_control.py FOLDER [--hidden N] [--passes N] [--rate R] [--batch N] [--first-seed N] [--seeds N]
                       [--validation N] [--train N] [--test N] [--json FILE]

FOLDER has the four IDX files, plain or .gz. Pixels are x / 255; Adam, cross-entropy of a softmax, no weight decay, a
constant rate. With --validation the last images of the training part are scored, which constants are chosen by, and
the others are learnt; without it all are learnt and the test images are scored. --train, --test: the first so many of them
alone.
Needs Debian's python3-sklearn.
"""

import argparse
import gzip
import json
import os
import time
import warnings

import numpy as np
import scipy.stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier


def read_idx(folder, name):
    path = os.path.join(folder, name)
    opened = gzip.open(path + ".gz") if not os.path.exists(path) else open(path, "rb")
    with opened as file:
        content = file.read()
    axes = content[3]
    shape = np.frombuffer(content, ">u4", axes, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def read_part(folder, part):
    images = read_idx(folder, f"{part}-images-idx3-ubyte")
    return images.reshape(len(images), -1).astype(np.float32) / 255, read_idx(folder, f"{part}-labels-idx1-ubyte")


def interval(values):
    """Mean and half of its 95 % interval, Student's."""
    if len(values) < 2:
        return float(np.mean(values)), float("nan")
    return float(np.mean(values)), float(scipy.stats.sem(values) * scipy.stats.t.ppf(0.975, len(values) - 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--hidden", type=int, default=400)
    parser.add_argument("--passes", type=int, default=30)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--first-seed", type=int, default=201)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--validation", type=int, default=0)
    parser.add_argument("--train", type=int, default=0)
    parser.add_argument("--test", type=int, default=0)
    parser.add_argument("--json")
    options = parser.parse_args()
    images, labels = read_part(options.folder, "train")
    if options.validation:
        held, held_labels = images[-options.validation :], labels[-options.validation :]
        images, labels = images[: -options.validation], labels[: -options.validation]
    else:
        held, held_labels = read_part(options.folder, "t10k")
        if options.test:
            held, held_labels = held[: options.test], held_labels[: options.test]
    if options.train:
        images, labels = images[: options.train], labels[: options.train]
    warnings.simplefilter("ignore", ConvergenceWarning)  # the number of passes is asked for
    accuracies, begin = [], time.perf_counter()
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        network = MLPClassifier((options.hidden,), alpha=0, batch_size=options.batch, learning_rate_init=options.rate,
                                max_iter=options.passes, n_iter_no_change=options.passes, tol=0, random_state=seed)
        network.fit(images, labels)
        accuracies.append(float(network.score(held, held_labels)))
        print(f"seed {seed}: {accuracies[-1]:.4f}", flush=True)
    mean, half = interval(accuracies)
    scored = "validation" if options.validation else "test"
    print(f"784-{options.hidden}-10, rate {options.rate:g}, batch {options.batch}, {options.passes} passes over "
          f"{len(images)} images: {mean:.4f} +- {half:.4f} of {scored} images, {time.perf_counter() - begin:.0f} s")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({**vars(options), "scored": scored, "accuracies": accuracies, "mean": mean, "half": half}, file)


if __name__ == "__main__":
    main()
