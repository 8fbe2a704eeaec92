#!/usr/bin/env python3
"""Export RAFT weights as the TorchScript model that mosaic-temporal loads (--flow-model).

  export_raft.py --weights raft_small.pth --out raft_small.pt

WEIGHTS is a state dict in the key layout of torchvision's raft_small or raft_large: weights of
scripts/train_raft.py, or a published checkpoint such as those of torchvision
(Raft_Small_Weights, Raft_Large_Weights); or a model written by this script.

TorchScript files load in the version of LibTorch that wrote them and in newer ones, not in older
ones: export with the oldest that is to be supported (models/raft_small.pt was written by 1.13).
The same version and weights give the same bytes.
"""

import argparse
import hashlib
import io
import os
import sys
import zipfile
from pathlib import Path

import torch

from raft_model import load_raft


def portable(saved):
    """The archive without its debug records (they hold paths of the exporting machine) and without
    a name or a date, so that it depends on the model alone. The `byteorder` and version records
    stay: LibTorch reads them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved)) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist()):
            if name.endswith(".debug_pkl"):
                continue
            record = zipfile.ZipInfo("raft/" + name.split("/", 1)[1])
            target.writestr(record, source.read(name))
    return out.getvalue()


def main():
    # TorchScript writes sets in the order of their hashes.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weights", required=True, help="state dict (.pth)")
    parser.add_argument("--out", required=True, help="TorchScript file to write (.pt)")
    args = parser.parse_args()
    try:
        model = load_raft(args.weights)
    except (OSError, RuntimeError) as why:
        sys.exit(f"export_raft.py: {args.weights}: {why}")
    content = portable(torch.jit.script(model).save_to_buffer())
    Path(args.out).write_bytes(content)
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{args.out}: torch {torch.__version__}, {parameters} parameters, {len(content)} bytes")
    print(f"sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
