"""huggingface_hub's InferenceClient against Breve: check_hugging_face.py http://HOST:PORT"""
import asyncio

from checks import ARTICLE, FIRST, KEY, TEXT, TOO_LONG, WRONG_KEY, Checks, base, spanish, summary
from huggingface_hub import AsyncInferenceClient, InferenceClient
from huggingface_hub.errors import BadRequestError, HfHubHTTPError

checks = Checks("huggingface_hub")
MESSAGES = [{"role": "user", "content": ARTICLE}]


def client(path="", kind=InferenceClient):
    return kind(base_url=base() + path, token=KEY)


def status(code):
    return lambda error: error.response.status_code == code


summarizer, translator = client("/models/extractive"), client("/models/en-es-tiny")

checks.equal("summarization", lambda: summarizer.summarization(ARTICLE).summary_text, summary())
checks.equal(
    "summarization with the address as model",
    lambda: InferenceClient(token=KEY).summarization(ARTICLE, model=base() + "/models/extractive").summary_text,
    summary(),
)
checks.equal(
    "summarization with generate_parameters and truncation",
    lambda: summarizer.summarization(
        ARTICLE, generate_parameters={"max_new_tokens": 40, "num_beams": 4}, truncation="do_not_truncate"
    ).summary_text,
    FIRST,
)
checks.equal(
    "summarization, asynchronous",
    lambda: asyncio.run(client("/models/extractive", AsyncInferenceClient).summarization(ARTICLE)).summary_text,
    summary(),
)
checks.equal("translation", lambda: translator.translation(TEXT).translation_text, spanish())
checks.equal(
    "translation with languages",
    lambda: translator.translation(TEXT, src_lang="en_XX", tgt_lang="es_XX").translation_text,
    spanish(),
)
for path in ["", "/v1", "/models/extractive"]:
    checks.equal(
        f"chat_completion at {path or '/'}",
        lambda: client(path).chat_completion(MESSAGES).choices[0].message.content,
        summary(),
    )
checks.equal(
    "chat.completions.create with a model",
    lambda: client("/v1").chat.completions.create(model="breve-es", messages=MESSAGES).choices[0].message.content,
    summary("es"),
)
# A client that is not held closes its stream.
chat = client("/v1")
checks.equal(
    "chat_completion, streamed",
    lambda: "".join(chunk.choices[0].delta.content or "" for chunk in chat.chat_completion(MESSAGES, stream=True)),
    summary(),
)
checks.equal("health_check", lambda: InferenceClient(base(), provider="hf-inference", token=KEY).health_check(), True)
checks.raises(
    "unknown model", lambda: client("/models/no-such-model").summarization(ARTICLE), HfHubHTTPError,
    lambda error: status(404)(error) and "no-such-model" in str(error),
)
checks.raises(
    "unknown repository", lambda: client("/models/nobody/nothing").summarization(ARTICLE), HfHubHTTPError, status(404)
)
stranger = InferenceClient(base_url=base() + "/models/extractive", token=WRONG_KEY)
checks.raises("a wrong key", lambda: stranger.summarization(ARTICLE), HfHubHTTPError, status(401))
checks.raises("empty text", lambda: summarizer.summarization(""), BadRequestError, lambda error: "empty" in str(error))
checks.raises("too long", lambda: summarizer.summarization(TOO_LONG), HfHubHTTPError, status(413))
checks.raises(
    "unsupported language",
    lambda: translator.translation(TEXT, src_lang="en_XX", tgt_lang="fr_XX"),
    BadRequestError,
    lambda error: "en-fr" in str(error),
)
checks.raises(
    "more than one answer",
    lambda: summarizer.summarization(ARTICLE, generate_parameters={"num_return_sequences": 2}),
    BadRequestError,
)
checks.raises(
    "chat with an unknown model",
    lambda: client("/v1").chat.completions.create(model="no-such-model", messages=MESSAGES),
    HfHubHTTPError,
    status(404),
)
checks.end()
