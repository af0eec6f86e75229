"""Marian's "tiny" student: a transformer encoder and a decoder of simple recurrent units (SSRU), in PyTorch.

Parameters have Marian's names. `SHAPE` and `FORMULAS` go into config.json, from which others can build the same.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

SHAPE = {
    "dim": 256, "heads": 8, "ffn": 1536, "enc_layers": 6, "dec_layers": 2, "vocab": 32000,
    "eos_id": 0, "unk_id": 1, "pad_id": 0, "activation": "relu", "norm": "post", "norm_eps": 1e-9,
    "positions": "sinusoidal, sin half then cos half", "embed_scale": "sqrt(dim)", "tied_embeddings": "all",
    "decoder_cell": "ssru", "decoder_start": "zero embedding", "output_bias": True,
}
FORMULAS = {
    "linear": "y = x @ W + b, W stored [in, out]",
    "attention_scale": "1/sqrt(dim/heads)",
    "ffn_activation": "relu",
    "encoder_layer": "self attention, add+norm, ffn, add+norm (names *_self_Wo_ln_*, *_ffn_ffn_ln_*)",
    "decoder_layer": "ssru, add+norm (*_rnn_ffn_ln_*), cross attention, add+norm, ffn, add+norm",
    "ssru": "f = sigmoid(x@Wf + bf); c = f*c_prev + (1-f)*(x@W); out = relu(c); c_0 = 0",
    "embedding": "Wemb[id] * sqrt(dim) + position (position 0 first, decoder too); decoder step 0 embeds a zero vector",
    "sinusoid": "pos[t, i] = sin(t * 10000^(-i/(dim/2-1))) for i < dim/2, cos for the other half",
    "norm_position": "post (x = norm(x + sublayer(x))); no final norm",
    "logits": "h @ Wemb.T + decoder_ff_logit_out_b; pieces outside allowed.json have bias -100",
}
CHUNK = {"cpu": 512, "cuda": 16384}  # rows of logits at once
EMBEDDING, OUTPUT_BIAS = "Wemb", "decoder_ff_logit_out_b"
LONGEST = 512


def positions(dim, length=LONGEST):
    """Sinusoids [length, dim], the sines before the cosines."""
    rate = math.log(10000.0) / (dim // 2 - 1)
    angles = torch.arange(length, dtype=torch.float32)[:, None] * torch.exp(torch.arange(dim // 2) * -rate)
    return torch.cat([angles.sin(), angles.cos()], 1)


class Scan(torch.autograd.Function):
    """c[t] = f[t] * c[t-1] + z[t] over dim 1; the backward loop is written out, which autograd would do much slower."""

    @staticmethod
    def forward(ctx, f, z):
        c, previous = torch.empty_like(z), torch.zeros_like(z[:, 0])
        for t in range(z.shape[1]):
            previous = torch.addcmul(z[:, t], f[:, t], previous)
            c[:, t] = previous
        ctx.save_for_backward(f, c)
        return c

    @staticmethod
    def backward(ctx, grad):
        f, c = ctx.saved_tensors
        dz, carried = torch.empty_like(f), torch.zeros_like(f[:, 0])
        for t in range(f.shape[1] - 1, -1, -1):
            carried = carried + grad[:, t]
            dz[:, t] = carried
            carried = carried * f[:, t]
        df = torch.zeros_like(f)
        df[:, 1:] = dz[:, 1:] * c[:, :-1]
        return df, dz


class CrossEntropy(torch.autograd.Function):
    """Label-smoothed cross-entropy of x @ W.T + b in chunks of rows, which never holds all logits at once.

    Returns the loss and the plain negative log-likelihood, both means over rows; the second has no gradient.
    """

    @staticmethod
    def forward(ctx, x, weight, bias, gold, smooth, chunk):
        dx, dw, db = torch.empty_like(x), torch.zeros_like(weight), torch.zeros_like(bias)
        rows, classes = x.shape[0], weight.shape[0]
        loss, nll = x.new_zeros(()), x.new_zeros(())
        for start in range(0, rows, chunk):
            part, target = x[start:start + chunk], gold[start:start + chunk, None]
            p = torch.log_softmax(torch.addmm(bias, part, weight.t()), 1)
            gold_p = -p.gather(1, target)
            nll += gold_p.sum()
            loss += (1 - smooth) * gold_p.sum() - smooth / classes * p.sum()
            p.exp_().sub_(smooth / classes).scatter_add_(1, target, torch.full_like(gold_p, smooth - 1)).div_(rows)
            db += p.sum(0)
            dx[start:start + chunk] = p @ weight
            dw.addmm_(p.t(), part)
        ctx.save_for_backward(dx, dw, db)
        return loss / rows, nll / rows

    @staticmethod
    def backward(ctx, grad, _):
        dx, dw, db = ctx.saved_tensors
        return dx * grad, dw * grad, db * grad, None, None, None


class Network(nn.Module):
    """The whole translator."""

    def __init__(self, shape=None):
        super().__init__()
        self.shape = {**SHAPE, **(shape or {})}
        self.attention = None  # of the last attention's first head: [batch, target, source]
        self.weights = nn.ParameterDict({n: nn.Parameter(torch.zeros(s)) for n, s in self._shapes().items()})
        self.register_buffer("positions", positions(self.shape["dim"]), persistent=False)

    def _shapes(self):
        d, f = self.shape["dim"], self.shape["ffn"]
        shapes = {EMBEDDING: (self.shape["vocab"], d), OUTPUT_BIAS: (1, self.shape["vocab"])}

        def norm(name):
            shapes.update({f"{name}_ln_scale": (1, d), f"{name}_ln_bias": (1, d)})

        def attention(name):
            for m in "qkvo":
                shapes.update({f"{name}_W{m}": (d, d), f"{name}_b{m}": (1, d)})
            norm(f"{name}_Wo")

        def feed_forward(name):
            shapes.update({f"{name}_W1": (d, f), f"{name}_b1": (1, f), f"{name}_W2": (f, d), f"{name}_b2": (1, d)})
            norm(f"{name}_ffn")

        for i in range(1, self.shape["enc_layers"] + 1):
            attention(f"encoder_l{i}_self")
            feed_forward(f"encoder_l{i}_ffn")
        for i in range(1, self.shape["dec_layers"] + 1):
            shapes.update({f"decoder_l{i}_rnn_{m}": (d, d) for m in ("W", "Wf")} | {f"decoder_l{i}_rnn_bf": (1, d)})
            norm(f"decoder_l{i}_rnn_ffn")
            attention(f"decoder_l{i}_context")
            feed_forward(f"decoder_l{i}_ffn")
        return shapes

    def load(self, tensors):
        """Takes weights by name, of any type and of shapes that hold as many values."""
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(torch.as_tensor(tensors[name]).reshape(weight.shape))
        return self

    def tensors(self):
        return {name: weight.detach().clone() for name, weight in self.weights.items()}

    def _linear(self, x, weight, bias=None):
        return F.linear(x, self.weights[weight].t(), None if bias is None else self.weights[bias][0])

    def _add_norm(self, y, x, name):
        scale, bias = self.weights[f"{name}_ln_scale"][0], self.weights[f"{name}_ln_bias"][0]
        return F.layer_norm(x + y, x.shape[-1:], scale, bias, self.shape["norm_eps"])

    def _heads(self, x):
        return x.unflatten(-1, (self.shape["heads"], -1)).transpose(1, 2)

    def _keys_values(self, name, x):
        return [self._heads(self._linear(x, f"{name}_W{m}", f"{name}_b{m}")) for m in "kv"]

    def _attend(self, name, x, keys_values, mask):
        queries = self._heads(self._linear(x, f"{name}_Wq", f"{name}_bq"))
        scores = torch.matmul(queries / math.sqrt(queries.shape[-1]), keys_values[0].transpose(-1, -2)) + mask
        weights = torch.softmax(scores, -1)
        self.attention = weights[:, 0]
        y = torch.matmul(weights, keys_values[1]).transpose(1, 2).flatten(2)
        return self._add_norm(self._linear(y, f"{name}_Wo", f"{name}_bo"), x, f"{name}_Wo")

    def _feed_forward(self, name, x):
        y = F.relu(self._linear(x, f"{name}_W1", f"{name}_b1"))
        return self._add_norm(self._linear(y, f"{name}_W2", f"{name}_b2"), x, f"{name}_ffn")

    def _recur(self, name, x, state):
        """One step where a state is given (x: [batch, 1, dim]), else all; the output and the last cell."""
        z, f = self._linear(x, f"{name}_W"), torch.sigmoid(self._linear(x, f"{name}_Wf", f"{name}_bf"))
        c = Scan.apply(f, (1 - f) * z) if state is None else f * state + (1 - f) * z
        return self._add_norm(F.relu(c), x, f"{name}_ffn"), c[:, -1:]

    def _embed(self, ids):
        return F.embedding(ids, self.weights[EMBEDDING]) * math.sqrt(self.shape["dim"])

    def _encoder_layer(self, i, x, mask):
        name = f"encoder_l{i}"
        x = self._attend(f"{name}_self", x, self._keys_values(f"{name}_self", x), mask)
        return self._feed_forward(f"{name}_ffn", x)

    def encode(self, source, lengths):
        """[batch, time] ids that end with eos -> each decoder layer's keys and values, and the additive mask."""
        padding = torch.arange(source.shape[1], device=source.device)[None] >= lengths[:, None]
        mask = torch.zeros(padding.shape, device=source.device).masked_fill(padding, -1e9)[:, None, None, :]
        x = self._embed(source) + self.positions[:source.shape[1]]
        for i in range(1, self.shape["enc_layers"] + 1):
            x = self._encoder_layer(i, x, mask)
        layers = range(1, self.shape["dec_layers"] + 1)
        return [self._keys_values(f"decoder_l{i}_context", x) for i in layers], mask

    def decode(self, x, context, mask, states=None):
        """Decoder states [batch, time, dim] of embedded input, and each layer's last cell."""
        cells = []
        for i, keys_values in enumerate(context, 1):
            name = f"decoder_l{i}"
            x, cell = self._recur(f"{name}_rnn", x, None if states is None else states[i - 1])
            x = self._attend(f"{name}_context", x, keys_values, mask)
            x = self._feed_forward(f"{name}_ffn", x)
            cells.append(cell)
        return x, cells

    def _guidance(self, links):
        """Negative log-likelihood of the links under the last layer's first head, summed."""
        rows, targets, sources = links.unbind(1)
        return -(self.attention[rows, targets, sources] + 1e-6).log().sum()

    def loss(self, batch, candidates, gold, smooth, shift=None, guided=0.0, hidden=0.0):
        """Teacher-forced loss and negative log-likelihood a target token, over the `candidates` (ids) alone.

        `gold` holds the targets as indices into the candidates, [batch, time]; `shift` is added to their logits;
        `guided` weighs how far the attention has to be where the batch's links say; `hidden` is the share of the
        target's pieces that what comes after them does not see.
        """
        context, mask = self.encode(batch.source, batch.source_lengths)
        x = F.pad(self._embed(batch.target), (0, 0, 1, 0))[:, :-1]  # the first input is a zero vector
        if hidden:
            x = x * (torch.rand(x.shape[:2], device=x.device) >= hidden)[..., None]
        x, _ = self.decode(x + self.positions[:x.shape[1]], context, mask)
        guidance = guided * self._guidance(batch.links) / len(batch.kept) if guided else 0.0
        weight = F.embedding(candidates, self.weights[EMBEDDING])
        bias = self.weights[OUTPUT_BIAS][0][candidates]
        bias = bias if shift is None else bias + shift
        x, gold = x.flatten(0, 1)[batch.kept], gold.flatten()[batch.kept]
        loss, nll = CrossEntropy.apply(x, weight, bias, gold, smooth, CHUNK[x.device.type])
        return loss + guidance, nll
