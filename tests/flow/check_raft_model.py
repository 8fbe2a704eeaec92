"""scripts/raft_model.py with random weights, small and large: what no run of the program tries.

Exit code 77, a visible skip, without torch.
"""

import io
import sys

try:
    import torch
except ImportError as why:
    print(f"skipped: {why} (python3-torch)")
    sys.exit(77)

sys.path.insert(0, sys.argv[1])
from raft_model import Raft  # noqa: E402

TOLERANCE = 1e-13  # fp64, and values of about 0.2


def scripted(large):
    torch.manual_seed(3)
    model = Raft(large).double().eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
    saved = io.BytesIO()
    torch.jit.save(torch.jit.script(model), saved)
    saved.seek(0)
    loaded = torch.jit.load(saved).eval()
    loaded.prepare()
    return loaded


def by_definition(model, x):
    """A convolution of the loop as torch does it, on (pairs, rows, columns, channels)."""
    of = dict(model.update_block.motion_encoder.conv.named_parameters())
    x = x.permute(0, 3, 1, 2)
    y = torch.nn.functional.conv2d(x, of["0.weight"], of["0.bias"], padding=1)
    return y.permute(0, 2, 3, 1)


def copies(tensors):
    return [one.clone() for one in tensors]


def same(what, a, b, tolerance=TOLERANCE):
    off = (a - b).abs().max().item()
    assert off <= tolerance, f"{what}: {off} apart"


def check(large):
    model = scripted(large)
    before = copies(model.state_dict().values())
    one, two = torch.rand(2, 2, 1, 136, 152, dtype=torch.float64) * 2 - 1
    frames = copies([one, two])
    (features, context), (others, _) = model.encode(one), model.encode(two)
    encoded = copies([features, context, others])
    flow = model.flow(features, context, others, 3)
    assert flow.shape == (2, 2, 17, 19) and flow.abs().max() > 0.01

    for name, now, then in (
        ("frames", [one, two], frames),
        ("encoded frames", [features, context, others], encoded),
        ("weights", list(model.state_dict().values()), before),
    ):
        assert all(torch.equal(a, b) for a, b in zip(now, then)), f"{name} were written over"
    again = model.flow(features, context, others, 3)
    assert torch.equal(flow, again), "another flow the second time"

    rgb = [frame.expand(2, 3, 136, 152).contiguous() for frame in (one, two)]
    same("grey and three equal channels", model(rgb[0], rgb[1], 3), flow)
    for i in range(2):
        alone = model(one[i : i + 1], two[i : i + 1], 3)
        same("a batch and its pairs", alone, flow[i : i + 1])

    motion = model.update_block.motion_encoder.conv
    channels = dict(motion.named_parameters())["0.weight"].shape[1]
    for rows, columns in ((16, 16), (17, 19), (18, 21)):
        x = torch.rand(2, rows, columns, channels, dtype=torch.float64)
        same("Winograd", model.convolve("motion", x), by_definition(model, x), 1e-11)


with torch.inference_mode():
    for size in (False, True):
        check(size)
print("the same")
