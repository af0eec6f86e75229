"""Greedy and beam search with the network: for measuring while training, where speed matters less than simplicity."""
import torch
import torch.nn.functional as F

from batches import pad
from network import EMBEDDING, OUTPUT_BIAS


class Search:
    """Beam search over one batch; scores are divided by length. `allowed` are the ids that may be produced."""

    def __init__(self, network, allowed, beams):
        self.network, self.beams, self.device = network, beams, network.positions.device
        self.allowed = allowed = allowed.to(self.device)
        self.weight = network.weights[EMBEDDING][allowed].t().contiguous()
        self.bias = network.weights[OUTPUT_BIAS][0][allowed]
        self.eos = network.shape["eos_id"]

    @torch.no_grad()
    def __call__(self, source, lengths, longest_factor=2.5):
        """[batch, time] ids -> a list of ids for each row, without eos."""
        rows, beams = source.shape[0], self.beams
        context, mask = self.network.encode(source, lengths)
        context = [[x.repeat_interleave(beams, 0) for x in layer] for layer in context]
        mask = mask.repeat_interleave(beams, 0)
        scores = torch.full((rows, beams), -1e9, device=self.device)
        scores[:, 0] = 0
        x = torch.zeros(rows * beams, 1, self.network.shape["dim"], device=self.device)
        states = [torch.zeros_like(x) for _ in context]
        history = torch.zeros(rows, beams, 0, dtype=torch.long, device=self.device)
        best, done = [(-1e9, [])] * rows, [False] * rows
        for step in range(int(source.shape[1] * longest_factor) + 4):
            output, states = self.network.decode(x + self.network.positions[step], context, mask, states)
            scores, ids, parents = self._step(output[:, 0], scores, history, best, done, step)
            if all(done):
                break
            chosen = history.gather(1, parents[:, :, None].expand(-1, -1, history.shape[2]))
            history = torch.cat([chosen, ids[:, :, None]], 2)
            order = (parents + torch.arange(rows, device=self.device)[:, None] * beams).flatten()
            states = [state[order] for state in states]
            x = self.network._embed(ids.flatten()[:, None])
        return [ids if score > -1e8 else history[row, 0].tolist() for row, (score, ids) in enumerate(best)]

    def _step(self, output, scores, history, best, done, step):
        rows, beams = scores.shape
        p = F.log_softmax(output @ self.weight + self.bias, 1).view(rows, beams, -1)
        top, index = (scores[:, :, None] + p).view(rows, -1).topk(beams + 1)
        ids, parents = self.allowed[index % p.shape[2]], index // p.shape[2]
        kept = torch.full((rows, beams), -1e9), torch.zeros(rows, beams).long(), torch.zeros(rows, beams).long()
        for row in range(rows):
            if not done[row]:
                done[row] = self._row(row, zip(top[row].tolist(), ids[row].tolist(), parents[row].tolist()),
                                      kept, history, best, step)
        return [tensor.to(self.device) for tensor in kept]

    def _row(self, row, candidates, kept, history, best, step):
        """Sorts a row's candidates into finished and live ones; whether nothing live can beat the best finished."""
        live = 0
        for score, id, parent in candidates:
            if live == self.beams or score < -1e8:
                break
            if id == self.eos:
                best[row] = max(best[row], (score / (step + 1), history[row, parent].tolist()), key=lambda b: b[0])
                if self.beams == 1:
                    return True
            else:
                kept[0][row, live], kept[1][row, live], kept[2][row, live] = score, id, parent
                live += 1
        return live == 0 or (best[row][0] > -1e8 and float(kept[0][row].max()) / (step + 2) < best[row][0])


def translate(network, pieces, lines, allowed, beams=1, rows=32, longest=250):
    """Translations of lines, in their order. `pieces` is the SentencePiece processor."""
    search, eos = Search(network, allowed, beams), network.shape["eos_id"]
    encoded = [ids[:longest] + [eos] for ids in pieces.encode(lines)]
    order = sorted(range(len(lines)), key=lambda i: len(encoded[i]))
    translations = [""] * len(lines)
    for start in range(0, len(order), rows):
        group = order[start:start + rows]
        for i, ids in zip(group, search(*(t.to(search.device) for t in pad([encoded[i] for i in group])))):
            translations[i] = pieces.decode(ids)
    return translations
