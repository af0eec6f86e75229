"""Greedy search with the network: to measure while training, and to translate many lines."""
import torch

from batches import pad
from network import EMBEDDING, OUTPUT_BIAS

LOOK_EVERY = 8  # steps; whether all rows have ended is asked of the device, which waits for it


class Greedy:
    """The likeliest piece at every step, for all rows at once. `allowed` are the ids that may be produced."""

    def __init__(self, network, allowed):
        self.network, self.device = network, network.positions.device
        self.allowed = allowed.to(self.device)
        self.weight = network.weights[EMBEDDING][self.allowed].t().contiguous()
        self.bias = network.weights[OUTPUT_BIAS][0][self.allowed]
        self.eos = network.shape["eos_id"]

    @torch.no_grad()
    def __call__(self, source, lengths, longest_factor=2.5):
        """[batch, time] ids -> a list of ids for each row, without eos."""
        context, mask = self.network.encode(source, lengths)
        x = torch.zeros(source.shape[0], 1, self.network.shape["dim"], device=self.device)
        states, written = [torch.zeros_like(x) for _ in context], []
        ended = torch.zeros(source.shape[0], dtype=torch.bool, device=self.device)
        for step in range(min(int(source.shape[1] * longest_factor) + 4, len(self.network.positions))):
            output, states = self.network.decode(x + self.network.positions[step], context, mask, states)
            ids = self.allowed[torch.addmm(self.bias, output[:, 0], self.weight).argmax(1)]
            written.append(ids)
            ended |= ids == self.eos
            if step % LOOK_EVERY == 0 and bool(ended.all()):
                break
            x = self.network._embed(ids[:, None])
        rows = torch.stack(written, 1).tolist()
        return [row[:row.index(self.eos)] if self.eos in row else row for row in rows]


def allowed_ids(network):
    return torch.tensor([id for id in range(network.shape["vocab"]) if id != network.shape["unk_id"]])


def translate(network, pieces, lines, allowed, rows=32, longest=250):
    """Translations of lines, in their order. `pieces` is the SentencePiece processor; longer lines are cut."""
    search, eos = Greedy(network, allowed), network.shape["eos_id"]
    encoded = [ids[:longest] + [eos] for ids in pieces.encode(lines)]
    order = sorted(range(len(lines)), key=lambda i: len(encoded[i]))
    translations = [""] * len(lines)
    for start in range(0, len(order), rows):
        group = order[start:start + rows]
        written = search(*(t.to(search.device) for t in pad([encoded[i] for i in group])))
        for i, text in zip(group, pieces.decode(written)):
            translations[i] = text
    return translations
