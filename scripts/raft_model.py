"""RAFT (Teed and Deng, "RAFT: Recurrent All-Pairs Field Transforms", ECCV 2020), for TorchScript.

State dicts use the key layout of torchvision's raft_small and raft_large, so weights trained with
either load here. What differs from torchvision is what mosaic-temporal needs:

- any floating dtype: every constant takes the dtype of its input, so fp64 is fp64 throughout;
- `encode` is apart from `flow`, so that a frame of a film is encoded once, not twice;
- the result is the flow of the 1/8 grid; nothing is upsampled (a cell needs one vector);
- the same function in less work: see Note [Prepared weights].

Note [Prepared weights]
`prepare()` derives from the trained weights, once per load, what the loop over updates uses:
1. The gates of the GRU see [hidden, context, motion]. The context never changes, so its share of
   the gates is convolved in `encode`, once per frame instead of once per gate and update.
2. 3x3 convolutions of many channels run as Winograd F(4x4, 3x3) (Lavin and Gray, 2016): 36
   multiplications per 16 outputs instead of 144. The arithmetic is exact up to rounding; in fp64
   that is far below 1e-9.
3. The correlation pyramid is the product with the pooled second map instead of the pooled product,
   which is the same sum in another order.

Note [Grey frames]
A grey frame is one channel. It is convolved with the sums of the kernels for the three equal ones
that it stands for, which is a third of the work of the largest convolution.

Note [In place]
Most of what is not a product is memory traffic. So what has just been computed is written over
where nobody else holds it (`relu_`, `baddbmm_`); this module is for inference only.
"""

import zipfile
from typing import Dict, List, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.jit import Final


# --------------------------------------------------------------------------------- encoders
class InstanceNorm(nn.Module):
    """Each channel of each frame to mean 0 and variance 1, in place. As nn.InstanceNorm2d, in a few
    passes of vector operations where that takes the long way through batch normalisation."""

    def __init__(self, channels):
        super().__init__()

    def forward(self, x: Tensor) -> Tensor:
        x = x.sub_(x.mean([2, 3], keepdim=True))
        variance = (x * x).mean([2, 3], keepdim=True)
        return x.mul_(torch.rsqrt(variance.add_(1e-5)))


class Convolution(nn.Conv2d):
    """As nn.Conv2d, for grey input too (Note [Grey frames]), and without its bias where a norm of
    the instance follows, which takes any bias off again."""

    with_bias: Final[bool]

    def __init__(self, channels_in, channels_out, kernel, stride, with_bias):
        super().__init__(channels_in, channels_out, kernel, stride, (kernel - 1) // 2)
        self.with_bias = with_bias

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight
        if x.shape[1] == 1 and weight.shape[1] == 3:
            weight = weight.sum(1, keepdim=True)
        stride = self.stride
        if weight.shape[3] == 1 and stride[0] == 2:
            x, stride = x[:, :, ::2, ::2].contiguous(), (1, 1)
        bias = self.bias if self.with_bias else None
        return F.conv2d(x, weight, bias, stride, self.padding)


def conv_unit(channels_in, channels_out, kernel, stride=1, norm=None, relu=True):
    """Convolution, norm, ReLU; the indices in the Sequential are part of the key layout."""
    layers = [Convolution(channels_in, channels_out, kernel, stride, norm is not InstanceNorm)]
    if norm is not None:
        layers.append(norm(channels_out))
    if relu:
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions (raft_large)."""

    def __init__(self, channels_in, channels_out, stride, norm):
        super().__init__()
        self.convnormrelu1 = conv_unit(channels_in, channels_out, 3, stride, norm)
        self.convnormrelu2 = conv_unit(channels_out, channels_out, 3, 1, norm)
        self.downsample = (
            nn.Identity()
            if stride == 1
            else conv_unit(channels_in, channels_out, 1, stride, norm, relu=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        y = self.convnormrelu2(self.convnormrelu1(x))
        return y.add_(self.downsample(x)).relu_()


class BottleneckBlock(nn.Module):
    """1x1, 3x3, 1x1 with a quarter of the channels in between (raft_small)."""

    def __init__(self, channels_in, channels_out, stride, norm):
        super().__init__()
        inner = channels_out // 4
        self.convnormrelu1 = conv_unit(channels_in, inner, 1, 1, norm)
        self.convnormrelu2 = conv_unit(inner, inner, 3, stride, norm)
        self.convnormrelu3 = conv_unit(inner, channels_out, 1, 1, norm)
        self.downsample = (
            nn.Identity()
            if stride == 1
            else conv_unit(channels_in, channels_out, 1, stride, norm, relu=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        y = self.convnormrelu3(self.convnormrelu2(self.convnormrelu1(x)))
        return y.add_(self.downsample(x)).relu_()


class Encoder(nn.Module):
    """(N, 3, 8h, 8w) to (N, widths[4], h, w)."""

    def __init__(self, block, widths, norm):
        super().__init__()
        self.convnormrelu = conv_unit(3, widths[0], 7, 2, norm)
        self.layer1 = self.pair(block, widths[0], widths[1], 1, norm)
        self.layer2 = self.pair(block, widths[1], widths[2], 2, norm)
        self.layer3 = self.pair(block, widths[2], widths[3], 2, norm)
        self.conv = nn.Conv2d(widths[3], widths[4], 1)

    @staticmethod
    def pair(block, channels_in, channels_out, stride, norm):
        return nn.Sequential(
            block(channels_in, channels_out, stride, norm),
            block(channels_out, channels_out, 1, norm),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer1(self.convnormrelu(x))
        return self.conv(self.layer3(self.layer2(x)))


# --------------------------------------------------------------------------------- updates
class MotionEncoder(nn.Module):
    def __init__(self, correlations, corr_widths, flow_widths, channels_out):
        super().__init__()
        self.convcorr1 = conv_unit(correlations, corr_widths[0], 1)
        self.convcorr2 = (
            conv_unit(corr_widths[0], corr_widths[1], 3) if len(corr_widths) == 2 else nn.Identity()
        )
        self.convflow1 = conv_unit(2, flow_widths[0], 7)
        self.convflow2 = conv_unit(flow_widths[0], flow_widths[1], 3)
        # The flow itself is appended as the last two channels.
        self.conv = conv_unit(corr_widths[-1] + flow_widths[1], channels_out - 2, 3)


class Gru(nn.Module):
    def __init__(self, hidden, channels_in, kernel):
        super().__init__()
        padding = ((kernel[0] - 1) // 2, (kernel[1] - 1) // 2)
        self.convz = nn.Conv2d(hidden + channels_in, hidden, kernel, padding=padding)
        self.convr = nn.Conv2d(hidden + channels_in, hidden, kernel, padding=padding)
        self.convq = nn.Conv2d(hidden + channels_in, hidden, kernel, padding=padding)


class RecurrentBlock(nn.Module):
    def __init__(self, hidden, channels_in, kernels):
        super().__init__()
        self.convgru1 = Gru(hidden, channels_in, kernels[0])
        if len(kernels) == 2:
            self.convgru2 = Gru(hidden, channels_in, kernels[1])


class FlowHead(nn.Module):
    def __init__(self, hidden, width):
        super().__init__()
        self.conv1 = nn.Conv2d(hidden, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2, 3, padding=1)


class UpdateBlock(nn.Module):
    def __init__(self, motion_encoder, recurrent_block, flow_head):
        super().__init__()
        self.motion_encoder = motion_encoder
        self.recurrent_block = recurrent_block
        self.flow_head = flow_head


# -------------------------------------------------------------------------------- products
# Activations in the loop are (pairs, rows, columns, channels): what is copied from place to place
# are the channels of a cell then, all in one run. "Spread" is the form in which a convolution is a
# product: for 3x3 kernels the Winograd domain (36, pairs * tiles, channels), else the activations
# themselves.
#
# The Winograd matrices below are for the interpolation points 0, 1, -1, 2, -2 and infinity.


def input_1d() -> List[List[float]]:
    return [
        [4.0, 0.0, -5.0, 0.0, 1.0, 0.0],
        [0.0, -4.0, -4.0, 1.0, 1.0, 0.0],
        [0.0, 4.0, -4.0, -1.0, 1.0, 0.0],
        [0.0, -2.0, -1.0, 2.0, 1.0, 0.0],
        [0.0, 2.0, -1.0, -2.0, 1.0, 0.0],
        [0.0, 4.0, 0.0, -5.0, 0.0, 1.0],
    ]


def kernel_1d() -> List[List[float]]:
    """Times 24: TorchScript makes tensors of lists by way of fp32, which does not hold thirds."""
    return [
        [6.0, 0.0, 0.0],
        [-4.0, -4.0, -4.0],
        [-4.0, 4.0, -4.0],
        [1.0, 2.0, 4.0],
        [1.0, -2.0, 4.0],
        [0.0, 0.0, 24.0],
    ]


def output_1d() -> List[List[float]]:
    return [
        [1.0, 1.0, 1.0, 1.0, 1.0, 0.0],
        [0.0, 1.0, -1.0, 2.0, -2.0, 0.0],
        [0.0, 1.0, 1.0, 4.0, 4.0, 0.0],
        [0.0, 1.0, -1.0, 8.0, -8.0, 1.0],
    ]


def squared(matrix: List[List[float]], like: Tensor) -> Tensor:
    """The two-dimensional transform of a one-dimensional one, as one matrix."""
    m = torch.tensor(matrix, dtype=like.dtype, device=like.device)
    return torch.kron(m, m)


def spread_weight(weight: Tensor) -> Tensor:
    """(out, in, 3, 3) to (36, in, out); other kernels stay as they are."""
    if weight.shape[2] != 3 or weight.shape[3] != 3:
        return weight
    out, channels = weight.shape[0], weight.shape[1]
    flat = weight.transpose(0, 1).reshape(channels * out, 9).t()
    transform = squared(kernel_1d(), weight) / 24.0**2
    return torch.matmul(transform, flat).view(36, channels, out)


def spread(x: Tensor, winograd: bool, transform: Tensor) -> Tensor:
    if not winograd:
        return x
    rows, columns, channels = x.shape[1], x.shape[2], x.shape[3]
    below, right = (4 - rows % 4) % 4 + 1, (4 - columns % 4) % 4 + 1
    tiles = F.pad(x, (0, 0, 1, right, 1, below)).unfold(1, 6, 4).unfold(2, 6, 4)
    flat = tiles.permute(4, 5, 0, 1, 2, 3).reshape(36, -1)
    return torch.mm(transform, flat).view(36, -1, channels)


def product(weight: Tensor, x: Tensor) -> Tensor:
    if weight.dim() == 3:
        return torch.bmm(x, weight)
    padding = [(weight.shape[2] - 1) // 2, (weight.shape[3] - 1) // 2]
    y = F.conv2d(x.permute(0, 3, 1, 2), weight, padding=padding)
    return y.permute(0, 2, 3, 1).contiguous()


def add_product(y: Tensor, weight: Tensor, x: Tensor) -> Tensor:
    """y + product(weight, x), in place."""
    if weight.dim() == 3:
        return y.baddbmm_(x, weight)
    return y.add_(product(weight, x))


def add_bias(x: Tensor, winograd: bool, bias: Tensor) -> Tensor:
    """To a spread result, in place: what is at point (1, 1) counts once in each output."""
    if winograd:
        x[7].add_(bias)
        return x
    return x.add_(bias)


def gather(x: Tensor, winograd: bool, transform: Tensor, like: Tensor) -> Tensor:
    """Back from spread form, with pairs, rows and columns of `like`."""
    if not winograd:
        return x
    pairs, rows, columns, channels = like.shape[0], like.shape[1], like.shape[2], x.shape[2]
    down, across = (rows + 3) // 4, (columns + 3) // 4
    flat = torch.mm(transform, x.view(36, -1))
    tiles = flat.view(4, 4, pairs, down, across, channels).permute(2, 3, 0, 4, 1, 5)
    whole = tiles.reshape(pairs, 4 * down, 4 * across, channels)
    return whole[:, :rows, :columns]


def few_outputs(weight: Tensor, x: Tensor) -> Tensor:
    """A 3x3 convolution with few output channels: `weight` (in, 9 * out), kernel places first. One
    product with the activations, then nine shifted sums of its small result, (out, pairs, rows,
    columns)."""
    pairs, rows, columns = x.shape[0], x.shape[1], x.shape[2]
    parts = torch.mm(x.flatten(0, 2), weight).view(pairs, rows, columns, 9, -1)
    parts = F.pad(parts.permute(3, 4, 0, 1, 2), (1, 1, 1, 1))
    total = parts[0, :, :, :rows, :columns]
    for place in range(1, 9):
        y, x0 = place // 3, place % 3
        total = total + parts[place, :, :, y : y + rows, x0 : x0 + columns]
    return total


def given(bias: Optional[Tensor]) -> Tensor:
    """Every convolution here has a bias; its declared type is optional."""
    assert bias is not None
    return bias


# ------------------------------------------------------------------------------------ RAFT
class Raft(nn.Module):
    """`encode` every frame once, then `flow` for any batch of pairs. `prepare` comes first."""

    LEVELS: Final[int] = 4
    large: Final[bool]
    prepared: Dict[str, Tensor]

    def __init__(self, large: bool):
        super().__init__()
        if large:
            block, widths, context_norm = ResidualBlock, (64, 64, 96, 128), nn.BatchNorm2d
            self.radius, self.hidden, context, features = 4, 128, 128, 256
            motion = MotionEncoder(self.LEVELS * 81, (256, 192), (128, 64), 128)
            gru = RecurrentBlock(128, 128 + context, ((1, 5), (5, 1)))
            head = FlowHead(128, 256)
        else:
            block, widths, context_norm = BottleneckBlock, (32, 32, 64, 96), None
            self.radius, self.hidden, context, features = 3, 96, 64, 128
            motion = MotionEncoder(self.LEVELS * 49, (96,), (64, 32), 82)
            gru = RecurrentBlock(96, 82 + context, ((3, 3),))
            head = FlowHead(96, 128)
        self.large, self.context = large, context
        self.feature_encoder = Encoder(block, (*widths, features), InstanceNorm)
        self.context_encoder = Encoder(block, (*widths, self.hidden + context), context_norm)
        self.update_block = UpdateBlock(motion, gru, head)
        self.prepared = {}

    @torch.jit.export
    def format(self) -> int:
        """Of the methods below: the program takes no other."""
        return 2

    @torch.jit.export
    def prepare(self) -> None:
        """Once, after the weights have their final dtype and device: Note [Prepared weights]."""
        w = torch.jit.annotate(Dict[str, Tensor], {})
        like = self.update_block.flow_head.conv1.weight
        w["input"] = squared(input_1d(), like)
        w["output"] = squared(output_1d(), like)
        motion = self.update_block.motion_encoder
        w["corr1"] = motion.convcorr1[0].weight.flatten(1).t().contiguous()
        w["corr1.bias"] = given(motion.convcorr1[0].bias)
        if self.large:
            w["corr2"] = spread_weight(motion.convcorr2[0].weight)
            w["corr2.bias"] = given(motion.convcorr2[0].bias)
        w["motion"] = spread_weight(motion.conv[0].weight)
        w["motion.bias"] = given(motion.conv[0].bias)
        head = self.update_block.flow_head
        w["head1"] = spread_weight(head.conv1.weight)
        w["head1.bias"] = given(head.conv1.bias)
        w["head2"] = head.conv2.weight.permute(1, 2, 3, 0).flatten(1)
        w["head2.bias"] = given(head.conv2.bias).view(-1, 1, 1, 1)
        z = self.update_block.recurrent_block.convgru1.convz
        r = self.update_block.recurrent_block.convgru1.convr
        q = self.update_block.recurrent_block.convgru1.convq
        biases = torch.cat([given(z.bias), given(r.bias), given(q.bias)])
        self.prepare_gru(w, "gru1", [z.weight, r.weight, q.weight], biases)
        if self.large:
            z = self.update_block.recurrent_block.convgru2.convz
            r = self.update_block.recurrent_block.convgru2.convr
            q = self.update_block.recurrent_block.convgru2.convq
            biases = torch.cat([given(z.bias), given(r.bias), given(q.bias)])
            self.prepare_gru(w, "gru2", [z.weight, r.weight, q.weight], biases)
        self.prepared = w

    def prepare_gru(
        self, w: Dict[str, Tensor], name: str, zrq: List[Tensor], biases: Tensor
    ) -> None:
        """Splits the gates' input channels [hidden, context, motion]."""
        after = self.hidden + self.context
        every = torch.cat(zrq)
        w[name + ".context.bias"] = biases
        w[name + ".context"] = spread_weight(every[:, self.hidden : after])
        zr, q = every[: 2 * self.hidden], every[2 * self.hidden :]
        w[name + ".zr.hidden"] = spread_weight(zr[:, : self.hidden])
        w[name + ".zr.motion"] = spread_weight(zr[:, after:])
        w[name + ".q.hidden"] = spread_weight(q[:, : self.hidden])
        w[name + ".q.motion"] = spread_weight(q[:, after:])

    def convolve(self, name: str, x: Tensor) -> Tensor:
        w, bias = self.prepared[name], self.prepared[name + ".bias"]
        winograd = w.dim() == 3
        y = product(w, spread(x, winograd, self.prepared["input"]))
        return gather(add_bias(y, winograd, bias), winograd, self.prepared["output"], x)

    @torch.jit.export
    def encode_features(self, frame: Tensor) -> Tensor:
        """frame (N, 3, 8h, 8w), RGB in [-1, 1], or (N, 1, 8h, 8w), grey, which is taken as three
        equal channels; h and w at least 16; to (N, C, h, w)."""
        return self.feature_encoder(frame)

    @torch.jit.export
    def encode_context(self, frame: Tensor) -> Tensor:
        """To (N, h, w, D): the hidden state at the start, then the context's share of each gate."""
        encoded = self.context_encoder(frame).permute(0, 2, 3, 1).contiguous()
        context = F.relu(encoded[:, :, :, self.hidden :]).contiguous()
        hidden = torch.tanh(encoded[:, :, :, : self.hidden])
        parts = [hidden, self.convolve("gru1.context", context)]
        if self.large:
            parts.append(self.convolve("gru2.context", context))
        return torch.cat(parts, 3)

    @torch.jit.export
    def encode(self, frame: Tensor) -> Tuple[Tensor, Tensor]:
        """Both of the above: all that any pair with this frame needs of it."""
        return self.encode_features(frame), self.encode_context(frame)

    def pyramid(self, one: Tensor, two: Tensor) -> List[Tensor]:
        """Per level the products of every cell of `one` with every cell of `two`, (N h w, cells of
        the level and some more); the columns after its cells are 0: what lies outside. Their number
        keeps rows aligned."""
        pairs, channels, rows, columns = one.shape
        left = one.flatten(2).transpose(1, 2) / float(channels) ** 0.5
        levels = torch.jit.annotate(List[Tensor], [])
        for level in range(self.LEVELS):
            if level > 0:
                two = F.avg_pool2d(two, 2, 2)
            cells = two.shape[2] * two.shape[3]
            right = F.pad(two.flatten(2), (0, 16 - cells % 16))
            levels.append(torch.matmul(left, right).view(pairs * rows * columns, -1))
        return levels

    def look_up(
        self, levels: List[Tensor], x: Tensor, y: Tensor, rows: int, columns: int
    ) -> Tensor:
        """Correlations around (x, y), each (N h w), with every level: (N h w, levels (2r+1)^2),
        bilinear, x-offset major. All samples of a window share one fraction."""
        window = torch.arange(2 * self.radius + 2, device=x.device) - self.radius
        features = torch.jit.annotate(List[Tensor], [])
        for volume in levels:
            x0, y0 = torch.floor(x), torch.floor(y)
            fx, fy = (x - x0).view(-1, 1, 1), (y - y0).view(-1, 1, 1)
            outside = rows * columns
            xs, ys = x0.long().unsqueeze(1) + window, y0.long().unsqueeze(1) + window
            xs = torch.where((xs >= 0) & (xs < columns), xs, outside)
            ys = torch.where((ys >= 0) & (ys < rows), ys * columns, outside)
            at = (xs.unsqueeze(2) + ys.unsqueeze(1)).clamp_max_(outside)
            near = torch.gather(volume, 1, at.flatten(1)).view_as(at)
            near = torch.lerp(near[:, :-1], near[:, 1:], fx)
            near = torch.lerp(near[:, :, :-1], near[:, :, 1:], fy)
            features.append(near.flatten(1))
            x, y = x / 2, y / 2
            rows, columns = rows // 2, columns // 2
        return torch.cat(features, 1)

    def gates(
        self, name: str, hidden: Tensor, spread_hidden: Tensor, motion: Tensor, context: Tensor
    ) -> Tensor:
        """One GRU step. `motion` is the spread motion features, `context` its part of the gates."""
        w = self.prepared
        into, back = w["input"], w["output"]
        winograd = motion.dim() == 3
        zr = product(w[name + ".zr.hidden"], spread_hidden)
        zr = gather(add_product(zr, w[name + ".zr.motion"], motion), winograd, back, hidden)
        zr = (zr + context[:, :, :, : 2 * self.hidden]).sigmoid_()
        z, r = zr[:, :, :, : self.hidden], zr[:, :, :, self.hidden :]
        q = product(w[name + ".q.hidden"], spread(r * hidden, winograd, into))
        q = gather(add_product(q, w[name + ".q.motion"], motion), winograd, back, hidden)
        q = (q + context[:, :, :, 2 * self.hidden :]).tanh_()
        return torch.lerp(hidden, q, z)

    def motion_features(self, flow: Tensor, correlations: Tensor) -> Tensor:
        encoder = self.update_block.motion_encoder
        pairs, rows, columns = flow.shape[1], flow.shape[2], flow.shape[3]
        corr = torch.mm(correlations, self.prepared["corr1"]).add_(self.prepared["corr1.bias"])
        corr = corr.relu_().view(pairs, rows, columns, -1)
        if self.large:
            corr = F.relu(self.convolve("corr2", corr))
        near = encoder.convflow2(encoder.convflow1(flow.transpose(0, 1))).permute(0, 2, 3, 1)
        both = F.relu(self.convolve("motion", torch.cat([corr, near], 3)))
        return torch.cat([both, flow.permute(1, 2, 3, 0)], 3)

    @torch.jit.export
    def flow(self, one: Tensor, context: Tensor, two: Tensor, updates: int) -> Tensor:
        """Features and context of the first frame of each pair and features of the second, as
        encode() gives them, to (N, 2, h, w): where each 8x8 px square of the first frame went, x
        then y, in units of 8 px (one cell of the grid)."""
        pairs, _, rows, columns = one.shape
        hidden = context[:, :, :, : self.hidden].contiguous()
        shares = context[:, :, :, self.hidden :]
        levels = self.pyramid(one, two)
        ys = torch.arange(rows, dtype=one.dtype, device=one.device).view(1, rows, 1)
        xs = torch.arange(columns, dtype=one.dtype, device=one.device).view(1, 1, columns)
        start = torch.stack([xs.expand(pairs, rows, columns), ys.expand(pairs, rows, columns)])
        flow = torch.zeros_like(start)
        into, back = self.prepared["input"], self.prepared["output"]
        winograd = not self.large
        spread_hidden = spread(hidden, winograd, into)
        for _ in range(updates):
            at = start + flow
            near = self.look_up(levels, at[0].flatten(), at[1].flatten(), rows, columns)
            motion = spread(self.motion_features(flow, near), winograd, into)
            first = shares[:, :, :, : 3 * self.hidden]
            hidden = self.gates("gru1", hidden, spread_hidden, motion, first)
            if self.large:
                second = shares[:, :, :, 3 * self.hidden :]
                hidden = self.gates("gru2", hidden, hidden, motion, second)
            # The head and the next update read the hidden state in the same form (raft_small).
            spread_hidden = spread(hidden, winograd, into)
            if self.large:
                delta = self.convolve("head1", hidden)
            else:
                delta = product(self.prepared["head1"], spread_hidden)
                delta = add_bias(delta, True, self.prepared["head1.bias"])
                delta = gather(delta, True, back, hidden)
            delta = few_outputs(self.prepared["head2"], F.relu(delta).contiguous())
            flow = flow + delta + self.prepared["head2.bias"]
        return flow.transpose(0, 1).contiguous()

    def forward(self, one: Tensor, two: Tensor, updates: int) -> Tensor:
        """Flow from frames `one` to `two`, for trying a model out."""
        features, context = self.encode(one)
        return self.flow(features, context, self.encode(two)[0], updates)


def load_raft(path: str) -> Raft:
    """A model with the weights of a torchvision-style state dict, or of an exported model; small or
    large by its keys."""
    if zipfile.is_zipfile(path) and "constants.pkl" in str(zipfile.ZipFile(path).namelist()):
        state = dict(torch.jit.load(path, map_location="cpu").state_dict())
    else:
        state = torch.load(path, map_location="cpu")
    # Upsampling is not part of this module.
    state = {key: value for key, value in state.items() if not key.startswith("mask_predictor.")}
    model = Raft(large="update_block.recurrent_block.convgru2.convz.weight" in state)
    model.load_state_dict(state)
    return model.eval()
