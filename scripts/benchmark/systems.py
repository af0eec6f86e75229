"""The systems that are compared, and how each is started as a worker."""
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class System:
    key: str
    title: str
    # Repetitions for tasks of which one takes minutes; the others have as many as were asked for.
    slow_repetitions: int = 0

    def repetitions(self, task, wanted):
        few = self.slow_repetitions if task.sources > 1 else 0
        return min(wanted, few) if few else wanted

    def command(self, shape, setting):
        """How it is started on `shape`. `setting` has the directory of the models, the programs, the threads."""
        program, *flags = self._worker(shape, setting)
        return [*program, *flags, "--threads", str(setting.threads)]

    def _worker(self, shape, setting):
        model = setting.models / shape.name
        kind, _, precision = self.key.partition(" ")
        if kind == "breve":
            return [setting.programs["bench_breve"]], "--model", str(model), "--precision", precision
        if kind == "rust-bert":
            return [setting.programs["bench_rust_bert"]], "--model", str(model), "--family", shape.family
        if kind == "transformers":
            return [sys.executable, str(HERE / "worker_transformers.py")], "--model", str(model)
        converted = setting.models / f"{shape.name}-ct2-{precision}"
        return ([sys.executable, str(HERE / "worker_ctranslate2.py")], "--model", str(converted),
                "--vocabulary", str(model / "vocab.json"), "--precision", precision)


RUST_BERT = System("rust-bert f32", "rust-bert, float32", slow_repetitions=3)
TRANSFORMERS = System("transformers f32", "transformers, float32")
CT2_FLOAT32 = System("ctranslate2 float32", "CTranslate2, float32")
CT2_INT8 = System("ctranslate2 int8", "CTranslate2, int8")
BREVE_F32 = System("breve f32", "Breve, float32")
BREVE_BF16 = System("breve bf16", "Breve, bfloat16")
BREVE_INT8 = System("breve int8", "Breve, int8")
SYSTEMS = (RUST_BERT, TRANSFORMERS, CT2_FLOAT32, CT2_INT8, BREVE_F32, BREVE_BF16, BREVE_INT8)
