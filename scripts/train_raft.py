#!/usr/bin/env python3
"""Train RAFT-small on procedurally generated layered motion; needs torch and torchvision.

  train_raft.py --out training --minutes 25
  export_raft.py --weights training/raft_small.pth --out raft_small.pt

Architecture: torchvision.models.optical_flow.raft_small (Teed & Deng, "RAFT: Recurrent
All-Pairs Field Transforms", ECCV 2020), 990,162 parameters. No photograph, video or published
checkpoint is used: every training pair is rendered on the fly from random textures and random
layered motion, so this file alone reproduces the weights (up to GPU rounding).

Images are float32 RGB in [-1, 1], shape (N, 3, H, W) with H and W multiples of 8 and at least
128. Flow is in pixels, shape (N, 2, H, W), channel 0 = x, from image 1 to image 2.
"""

import argparse
import functools
import json
import math
import os
import random
import time
import traceback

import torch
import torch.nn.functional as F
from torchvision.models.optical_flow import raft, raft_small


def correlation(self, fmap1, fmap2):
    """All-pairs correlation, as torchvision's but with a host scale: a device scalar cannot be
    captured in a CUDA graph."""
    n, c, h, w = fmap1.shape
    corr = torch.matmul(fmap1.reshape(n, c, h * w).transpose(1, 2), fmap2.reshape(n, c, h * w))
    return corr.view(n, h, w, 1, h, w) / math.sqrt(c)


raft.CorrBlock._compute_corr_volume = correlation


# ----------------------------------------------------------------------------- textures
def octave_noise(n, h, w, gen, device):
    """Smooth multi-octave colour noise in [0, 1], shape (n, 3, h, w)."""
    slope = torch.rand(n, 1, 1, 1, generator=gen, device=device) * 1.4 + 0.3
    out = torch.zeros(n, 3, h, w, device=device)
    cells = 3
    level = 0
    while cells * 2 <= w:
        grid = torch.randn(n, 3, max(2, cells * h // w + 1), cells + 1, generator=gen, device=device)
        out += F.interpolate(grid, (h, w), mode="bicubic", align_corners=True) * torch.exp2(-slope * level)
        cells *= 2
        level += 1
    mix = torch.randn(n, 3, 3, generator=gen, device=device) * 0.6 + 0.7
    out = torch.einsum("nij,njhw->nihw", mix, out)
    out = (out - out.mean((2, 3), keepdim=True)) / (out.std((2, 3), keepdim=True) + 1e-6)
    base = torch.rand(n, 3, 1, 1, generator=gen, device=device)
    gain = torch.rand(n, 1, 1, 1, generator=gen, device=device) * 0.25 + 0.04
    return (base + out * gain).clamp(0, 1)


def dead_leaves(n, h, w, gen, device, leaves=120):
    """Occluding random shapes with power-law sizes: natural-image-like statistics, in [0, 1]."""
    img = octave_noise(n, h, w, gen, device)
    detail = octave_noise(n, h, w, gen, device) - 0.5
    y = torch.arange(h, device=device).view(1, h, 1).float()
    x = torch.arange(w, device=device).view(1, 1, w).float()
    for _ in range(leaves):
        u = torch.rand(n, 12, generator=gen, device=device)
        radius = (3.0 * (1.0 - 0.98 * u[:, 0]).pow(-1.2)).clamp(max=0.35 * w).view(n, 1, 1)
        cx, cy = (u[:, 1] * w).view(n, 1, 1), (u[:, 2] * h).view(n, 1, 1)
        c, s = torch.cos(u[:, 3] * math.pi).view(n, 1, 1), torch.sin(u[:, 3] * math.pi).view(n, 1, 1)
        aspect = (0.25 + 0.75 * u[:, 4]).view(n, 1, 1)
        dx, dy = x - cx, y - cy
        p, q = (c * dx + s * dy).abs() / radius, (c * dy - s * dx).abs() / (radius * aspect)
        boxy = (u[:, 5] < 0.35).view(n, 1, 1)
        inside = torch.where(boxy, torch.maximum(p, q), (p * p + q * q).sqrt()) < 1.0
        color = u[:, 6:9].view(n, 3, 1, 1) + detail * (u[:, 9].view(n, 1, 1, 1) * 0.8)
        shade = 1.0 + (u[:, 10].view(n, 1, 1, 1) - 0.5) * 0.6 * (dx / radius).clamp(-1, 1).unsqueeze(1)
        img = torch.where(inside.unsqueeze(1), (color * shade).clamp(0, 1), img)
    return img


class TextureBank:
    """A pool of textures on the GPU, refreshed a few at a time so that training never repeats itself."""

    def __init__(self, size, h, w, gen, device):
        self.h, self.w, self.gen, self.device, self.cursor = h, w, gen, device, 0
        self.data = torch.empty(size, 3, h, w, dtype=torch.uint8, device=device)
        for start in range(0, size, 32):
            self.data[start : start + 32] = self.fresh(min(32, size - start))

    def fresh(self, n):
        kind = torch.rand(n, 1, 1, 1, generator=self.gen, device=self.device)
        leaves = dead_leaves(n, self.h, self.w, self.gen, self.device)
        noise = octave_noise(n, self.h, self.w, self.gen, self.device)
        return (torch.where(kind < 0.75, leaves, noise) * 255).to(torch.uint8)

    def refresh(self, n):
        idx = (torch.arange(n, device=self.device) + self.cursor) % len(self.data)
        self.data[idx] = self.fresh(n)
        self.cursor = (self.cursor + n) % len(self.data)

    def draw(self, n):
        idx = torch.randint(len(self.data), (n,), generator=self.gen, device=self.device)
        return self.data[idx].float() / 255.0


# ----------------------------------------------------------------------------- motion
def apply2(m, x):
    """2x2 matrices (n, 2, 2) applied to points (n, h, w, 2); plain arithmetic, as GEMM is slow at this shape."""
    m = m.view(-1, 1, 1, 2, 2)
    return torch.stack(
        [m[..., 0, 0] * x[..., 0] + m[..., 0, 1] * x[..., 1], m[..., 1, 0] * x[..., 0] + m[..., 1, 1] * x[..., 1]], -1
    )


class Motion:
    """A random affine map plus a gentle wave; forward(x) is exact, inverse(y) by fixed point."""

    def __init__(self, n, h, w, gen, device, carry=None):
        r = lambda *s: torch.rand(*s, generator=gen, device=device)  # noqa: E731
        g = lambda *s: torch.randn(*s, generator=gen, device=device)  # noqa: E731
        pick = r(n)
        span = torch.where(pick < 0.3, 2.0, torch.where(pick < 0.8, 14.0, 48.0))
        self.shift = (g(n, 2) * 0.6 * span.view(n, 1)).clamp(-90, 90)
        angle = g(n) * math.radians(3.0) * (span / 14.0).clamp(max=1.5)
        zoom = torch.exp(g(n) * 0.035)
        shear = g(n) * 0.02
        still = (r(n) < 0.06).float()
        angle, zoom, shear = angle * (1 - still), 1 + (zoom - 1) * (1 - still), shear * (1 - still)
        self.shift = self.shift * (1 - still).view(n, 1)
        c, s = torch.cos(angle) * zoom, torch.sin(angle) * zoom
        self.a = torch.stack([torch.stack([c, -s + shear], -1), torch.stack([s, c], -1)], -2)
        if carry is not None:  # ride along with the camera
            self.a = torch.einsum("nij,njk->nik", carry.a, self.a)
            self.shift = self.shift + carry.shift
        self.center = torch.stack([r(n) * w, r(n) * h], -1)
        wave = (r(n) < 0.5).float().view(n, 1, 1, 1)
        self.amp = g(n, 1, 1, 2) * 1.2 * wave
        length = 80.0 + 160.0 * r(n)
        theta = r(n) * 2 * math.pi
        self.k = torch.stack([torch.cos(theta), torch.sin(theta)], -1) * (2 * math.pi / length).view(n, 1)
        self.phase = r(n) * 2 * math.pi
        self.a_inv = torch.linalg.inv(self.a)

    def wave(self, x):
        k = self.k.view(-1, 1, 1, 2)
        arg = x[..., 0] * k[..., 0] + x[..., 1] * k[..., 1] + self.phase.view(-1, 1, 1)
        return self.amp * torch.sin(arg).unsqueeze(-1)

    def forward(self, x):
        o = (self.center).view(-1, 1, 1, 2)
        return apply2(self.a, x - o) + o + self.shift.view(-1, 1, 1, 2) + self.wave(x)

    def inverse(self, y):
        o = (self.center).view(-1, 1, 1, 2)
        base = y - o - self.shift.view(-1, 1, 1, 2)
        x = y
        for _ in range(5):
            x = apply2(self.a_inv, base - self.wave(x)) + o
        return x


class Blob:
    """A random star-shaped silhouette; coverage(x) is a soft mask with a one-pixel edge."""

    def __init__(self, n, h, w, gen, device):
        r = lambda *s: torch.rand(*s, generator=gen, device=device)  # noqa: E731
        self.c = torch.stack([r(n) * w, r(n) * h], -1)
        self.radius = (0.06 + 0.26 * r(n).pow(1.5)) * w
        self.aspect = torch.exp((r(n) - 0.5) * 1.2)
        self.amp = (r(n, 5) - 0.5) * torch.tensor([0.5, 0.4, 0.3, 0.25, 0.2], device=device)
        self.phase = r(n, 5) * 2 * math.pi

    def coverage(self, x):
        d = x - self.c.view(-1, 1, 1, 2)
        dx, dy = d[..., 0] * self.aspect.view(-1, 1, 1), d[..., 1] / self.aspect.view(-1, 1, 1)
        rho, theta = (dx * dx + dy * dy + 1e-6).sqrt(), torch.atan2(dy, dx)
        rim = torch.ones_like(rho)
        for k in range(5):
            rim = rim + self.amp[:, k].view(-1, 1, 1) * torch.cos((k + 1) * theta + self.phase[:, k].view(-1, 1, 1))
        return torch.sigmoid((self.radius.view(-1, 1, 1) * rim.clamp(min=0.2) - rho) * 2.0)


class Scenes:
    """Renders batches of (image 1, image 2, flow) on the GPU."""

    def __init__(self, batch, h, w, device, seed, bank=512, layers=5):
        self.n, self.h, self.w, self.device, self.layers = batch, h, w, device, layers
        self.gen = torch.Generator(device=device).manual_seed(seed)
        self.dice = random.Random(seed)  # on the host: a value read back from the GPU would stall it
        self.bank = TextureBank(bank, int(h * 1.5) // 8 * 8, int(w * 1.5) // 8 * 8, self.gen, device)
        ys, xs = torch.meshgrid(torch.arange(h, device=device), torch.arange(w, device=device), indexing="ij")
        self.grid = torch.stack([xs, ys], -1).float().unsqueeze(0).expand(batch, h, w, 2)

    def sampler(self):
        """A random similarity from pixel to texture coordinates, and its texture."""
        n = self.n
        r = torch.rand(n, 5, generator=self.gen, device=self.device)
        zoom = 0.75 + 1.25 * r[:, 0]
        angle = (r[:, 1] - 0.5) * math.pi
        c, s = torch.cos(angle) * zoom, torch.sin(angle) * zoom
        flip = torch.where(r[:, 4] < 0.5, -1.0, 1.0)
        m = torch.stack([torch.stack([c * flip, -s], -1), torch.stack([s * flip, c], -1)], -2)
        shift = (r[:, 2:4] - 0.5) * 0.5
        scale = torch.tensor([2.0 / self.w, 2.0 / self.h], device=self.device)
        texture = self.bank.draw(n)
        half = torch.tensor([self.w / 2, self.h / 2], device=self.device)

        def sample(x):
            u = apply2(m, x - half) * scale / 1.5 + shift.view(n, 1, 1, 2)
            return F.grid_sample(texture, u, mode="bilinear", padding_mode="reflection", align_corners=False)

        return sample

    def photometric(self, img):
        n = self.n
        r = torch.rand(n, 6, generator=self.gen, device=self.device)
        gain = (0.85 + 0.3 * r[:, 0:3]).view(n, 3, 1, 1)
        bias = ((r[:, 3] - 0.5) * 0.12).view(n, 1, 1, 1)
        noise = torch.randn(img.shape, generator=self.gen, device=self.device) * (r[:, 4].pow(2) * 0.05).view(n, 1, 1, 1)
        soft = F.avg_pool2d(F.pad(img, (1, 1, 1, 1), mode="reflect"), 3, 1)
        img = torch.where((r[:, 5] < 0.25).view(n, 1, 1, 1), soft, img)
        return ((img - 0.5) * gain + 0.5 + bias + noise).clamp(0, 1)

    def next(self):
        n, h, w, x = self.n, self.h, self.w, self.grid
        camera = Motion(n, h, w, self.gen, self.device)
        sample = self.sampler()
        one, two = sample(x), sample(camera.inverse(x))
        flow = camera.forward(x) - x
        for _ in range(self.layers):
            ride = self.dice.random() < 0.6
            move = Motion(n, h, w, self.gen, self.device, camera if ride else None)
            blob, sample = Blob(n, h, w, self.gen, self.device), self.sampler()
            back = move.inverse(x)
            m1, m2 = blob.coverage(x), blob.coverage(back)
            one = one + (sample(x) - one) * m1.unsqueeze(1)
            two = two + (sample(back) - two) * m2.unsqueeze(1)
            flow = torch.where((m1 > 0.5).unsqueeze(-1), move.forward(x) - x, flow)
        self.bank.refresh(max(1, n // 8))
        vivid = torch.rand(n, 1, 1, 1, generator=self.gen, device=self.device)
        one, two = (img.mean(1, keepdim=True).lerp(img, vivid) for img in (one, two))
        return (self.photometric(one) * 2 - 1, self.photometric(two) * 2 - 1, flow.permute(0, 3, 1, 2).contiguous())


# ----------------------------------------------------------------------------- training
def sequence_loss(predictions, flow, gamma=0.85):
    weight = (flow.square().sum(1, keepdim=True) < 400.0**2).float()
    total = 0.0
    for i, p in enumerate(predictions):
        total = total + gamma ** (len(predictions) - 1 - i) * (weight * (p - flow).abs()).mean()
    return total


@torch.no_grad()
def evaluate(model, pairs, updates):
    """End-point error in pixels and the share of pixels off by more than 3 px."""
    epe, bad = [], []
    for one, two, flow in pairs:
        d = (model(one, two, num_flow_updates=updates)[-1] - flow).square().sum(1).sqrt()
        epe.append(d.mean().item())
        bad.append((d > 3).float().mean().item())
    return sum(epe) / len(epe), sum(bad) / len(bad)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True, help="folder for weights and log")
    ap.add_argument("--minutes", type=float, default=25.0, help="length of training, by the clock")
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--height", type=int, default=320)
    ap.add_argument("--width", type=int, default=448)
    ap.add_argument("--updates", type=int, default=8, help="GRU iterations unrolled in training")
    ap.add_argument("--lr", type=float, default=5e-4)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--bank", type=int, default=512)
    ap.add_argument("--total-minutes", type=float, help="length of the whole schedule, over all resumed parts")
    ap.add_argument("--resume", help="state.pt of an earlier part")
    ap.add_argument("--eager", action="store_true", help="no CUDA graph")
    ap.add_argument("--dump", type=int, default=0, help="write this many sample pairs as PNG and go on")
    args = ap.parse_args()
    os.makedirs(args.out, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(args.seed)

    started = time.time()
    if device == "cuda":
        # keep torchvision's constants on the GPU, so that a training step can be captured in a CUDA graph
        torch.set_default_device(device)
        raft.make_coords_grid = functools.partial(raft.make_coords_grid, device=device)
    fold = 4 if device == "cuda" else 1  # training batches rendered at once
    scenes = Scenes(args.batch * fold, args.height, args.width, device, args.seed, args.bank)
    held_out = Scenes(8, 256 if device == "cuda" else 128, 384 if device == "cuda" else 160, device, 10_007, 64)
    pairs = [held_out.next() for _ in range(8 if device == "cuda" else 1)]
    if args.dump:
        from PIL import Image

        one, two, flow = scenes.next()
        for i in range(min(args.dump, args.batch)):
            mag = flow[i].square().sum(0).sqrt()
            ang = torch.atan2(flow[i, 1], flow[i, 0])
            hue = torch.stack([(torch.cos(ang - k * 2.094) + 1) / 2 for k in range(3)]) * (mag / (mag.max() + 1e-6)).unsqueeze(0)
            row = torch.cat([(one[i] + 1) / 2, (two[i] + 1) / 2, hue], 2)
            Image.fromarray((row * 255).byte().permute(1, 2, 0).cpu().numpy()).save(f"{args.out}/pair{i}.png")
    model = raft_small(weights=None).to(device).train()
    state = torch.load(args.resume, map_location=device) if args.resume else None
    if state:
        model.load_state_dict(state["model"])
    ema = {k: v.detach().clone() for k, v in model.state_dict().items()}
    lr = torch.tensor(args.lr * 0.01, device=device) if device == "cuda" else args.lr
    extra = {"fused": True, "capturable": True} if device == "cuda" else {}
    opt = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=1e-5, eps=1e-8, **extra)

    if state:
        ema = state["ema"]
        opt.load_state_dict(state["opt"])
        opt.param_groups[0]["lr"] = lr
    static = [t[: args.batch].clone() for t in scenes.next()]
    loss_buf = torch.zeros((), device=device)

    def step():
        opt.zero_grad(set_to_none=True)
        loss = sequence_loss(model(static[0], static[1], num_flow_updates=args.updates), static[2])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        loss_buf.copy_(loss.detach())

    graph = None
    if device == "cuda" and not args.eager:
        del held_out
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(5):
                step()
        torch.cuda.current_stream().wait_stream(side)
        try:
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, stream=side):
                step()
            torch.cuda.synchronize()
        except Exception as why:  # noqa: BLE001
            print("no CUDA graph:", "".join(traceback.format_exception(why))[-1800:], flush=True)
            graph = None
    def clock(work, n):
        if device == "cuda":
            torch.cuda.synchronize()
        t = time.time()
        for _ in range(n):
            work()
        if device == "cuda":
            torch.cuda.synchronize()
        return round((time.time() - t) * 1000 / n, 1)

    render_ms, step_ms = clock(scenes.next, 3) / fold, clock(graph.replay if graph else step, 5)
    print(json.dumps({"setup_s": round(time.time() - started, 1), "graph": graph is not None, "render_ms": render_ms, "step_ms": step_ms}), flush=True)

    log = open(f"{args.out}/log.jsonl", "a")
    total = (args.total_minutes or args.minutes) * 60
    done, it = (state["seconds"], state["it"]) if state else (0.0, 0)
    begin, mark, mark_it = time.time(), time.time(), it
    running, rendered = torch.zeros((), device=device), []
    while True:
        spent = time.time() - begin
        if spent >= args.minutes * 60:
            break
        frac = min(1.0, (done + spent) / total)
        now = args.lr * (frac / 0.05 if frac < 0.05 else 0.5 * (1 + math.cos(math.pi * (frac - 0.05) / 0.95)) * 0.98 + 0.02)
        if device == "cuda":
            lr.fill_(now)
        else:
            opt.param_groups[0]["lr"] = now
        if not rendered:
            rendered = list(zip(*(t.split(args.batch) for t in scenes.next())))
        for dst, src in zip(static, rendered.pop()):
            dst.copy_(src)
        graph.replay() if graph else step()
        running += loss_buf
        it += 1
        decay = min(0.999, (1 + it) / (10 + it))
        with torch.no_grad():
            for e, v in zip(ema.values(), model.state_dict().values()):
                e.lerp_(v, 1 - decay)
        if it % 50 == 0 and time.time() - mark > 60:
            rate = (it - mark_it) / (time.time() - mark)
            live = {k: v.clone() for k, v in model.state_dict().items()}
            model.load_state_dict(ema)
            model.eval()
            epe, bad = evaluate(model, pairs, 12)
            model.load_state_dict(live)
            model.train()
            torch.save({k: v.cpu() for k, v in ema.items()}, f"{args.out}/raft_small.pth")
            row = {"it": it, "min": round((time.time() - begin) / 60, 2), "loss": round(running.item() / (it - mark_it), 4), "epe": round(epe, 4), "bad3": round(bad, 4), "it_s": round(rate, 2), "lr": now}
            log.write(json.dumps(row) + "\n")
            log.flush()
            print(json.dumps(row), flush=True)
            running.zero_()
            mark, mark_it = time.time(), it
    parts = {"model": model.state_dict(), "ema": ema, "opt": opt.state_dict(), "seconds": done + spent, "it": it}
    torch.save(parts, f"{args.out}/state.pt")
    torch.save({k: v.cpu() for k, v in ema.items()}, f"{args.out}/raft_small.pth")
    model.load_state_dict(ema)
    model.eval()
    for updates in (4, 6, 8, 12, 20):
        epe, bad = evaluate(model, pairs, updates)
        print(json.dumps({"final": it, "updates": updates, "epe": round(epe, 4), "bad3": round(bad, 4)}), flush=True)


if __name__ == "__main__":
    main()
