"""Minimum risk: what the network writes of itself is made likelier the better it is, and less likely the worse.

Likelihood rates a translation piece by piece after the right beginning. Here whole translations are drawn and rated
against the reference (Shen et al., 2016; Edunov et al., 2018), see rewards.py.
"""
import torch

from batches import Batch, pad
from rewards import Reward


class Risk:
    """Draws translations of a batch and makes a loss of them."""

    def __init__(self, network, pieces, common, samples, temperature=0.6, sharpness=0.2):
        """`sharpness`: the power of a sample's likelihood that weighs it among the samples."""
        self.network, self.pieces, self.common = network, pieces, common
        self.samples, self.temperature, self.sharpness = samples, temperature, sharpness
        self.mean = 0.0  # reward of what was drawn last

    def loss(self, batch, context, mask, candidates, shift):
        """The expected fault of what is drawn, a piece of the reference's; its gradient is that of the risk."""
        context = [[tensor.repeat_interleave(self.samples, 0) for tensor in layer] for layer in context]
        mask = mask.repeat_interleave(self.samples, 0)
        longest = batch.target.shape[1] + 8
        places, likelihood = self._draw([[t.detach() for t in layer] for layer in context], mask, candidates, shift, longest)
        rows = [row[:row.index(at) + 1] if (at := self._end(candidates)) in row else row for row in places.tolist()]
        ids = candidates.tolist()
        weights = self._weights(batch, [[ids[place] for place in row] for row in rows], likelihood)
        keep = [i for i, weight in enumerate(weights.tolist()) if abs(weight) > 1e-4]
        if not keep:
            return 0.0
        return self._read(batch, context, mask, [rows[i] for i in keep], weights[keep], keep, candidates, shift)

    def _read(self, batch, context, mask, rows, weights, keep, candidates, shift):
        gold, lengths = pad(rows)
        gold, lengths = gold.to(weights.device), lengths.to(weights.device)
        drawn = Batch(None, None, candidates[gold], lengths)
        share = weights.repeat_interleave(lengths) / len(batch.kept)
        context = [[tensor[keep] for tensor in layer] for layer in context]
        return self.network.read(context, mask[keep], drawn, (candidates, gold, shift), share, 0.0)[0]

    def _end(self, candidates):
        return int((candidates == self.network.shape["eos_id"]).nonzero()[0, 0])

    @torch.no_grad()
    def _draw(self, context, mask, candidates, shift, longest):
        """Places among the candidates [rows, time], and each row's log-likelihood. The first sample of each is greedy."""
        weight, bias = self.network.output_layer(candidates, shift)
        rows, end = mask.shape[0], self._end(candidates)
        x = torch.zeros(rows, 1, weight.shape[1], device=mask.device)
        states, likelihood, written = [x] * len(context), torch.zeros(rows, device=mask.device), []
        ended = torch.zeros_like(likelihood, dtype=torch.bool)
        hot = torch.full((rows, 1), self.temperature, device=mask.device)
        hot[::self.samples] = 0.0
        for step in range(longest):
            x, states = self.network.decode(x + self.network.positions[step], context, mask, states)
            logits = torch.log_softmax(torch.addmm(bias, x[:, 0], weight.t()), 1)
            noise = torch.empty_like(logits).exponential_().log_().neg_()  # Gumbel's: its maximum is a draw
            place = (logits + noise * hot).argmax(1)
            likelihood += logits.gather(1, place[:, None])[:, 0].masked_fill(ended, 0.0)
            written.append(place)
            ended |= place == end
            if ended.all():
                break
            x = self.network._embed(candidates[place][:, None])
        return torch.stack(written, 1), likelihood

    def _weights(self, batch, rows, likelihood):
        """What each row's log-likelihood weighs in the loss; nothing where a row was drawn before."""
        rewards = torch.tensor(self._rewards(batch, rows), device=likelihood.device).view(-1, self.samples)
        self.mean = float(rewards.mean())
        seen = [self._repeated(rows[i:i + self.samples]) for i in range(0, len(rows), self.samples)]
        q = (likelihood.view(-1, self.samples) * self.sharpness).masked_fill(torch.tensor(seen, device=rewards.device), -torch.inf).softmax(1)
        return (q * (rewards - (q * rewards).sum(1, keepdim=True))).flatten()

    def _repeated(self, rows):
        return [row in rows[:i] for i, row in enumerate(rows)]

    def _rewards(self, batch, rows):
        texts, rewards = self.pieces.decode([[id for id in row if id] for row in rows]), []
        plain = lambda tensor: self.pieces.decode([[id for id in row if id] for row in tensor.tolist()])
        for i, (source, reference) in enumerate(zip(plain(batch.source), plain(batch.target))):
            reward = Reward(source, reference, self.common)
            rewards += [reward(text) for text in texts[i * self.samples:(i + 1) * self.samples]]
        return rewards
