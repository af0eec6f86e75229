"""openai against Breve: check_openai.py http://HOST:PORT"""
import asyncio

import openai
from checks import ARTICLE, FIRST, KEY, TOO_LONG, WRONG_KEY, Checks, base, summary

checks = Checks("openai")
client = openai.OpenAI(base_url=base() + "/v1", api_key=KEY, max_retries=0)


def chat(content=ARTICLE, model="breve", **options):
    messages = [{"role": "user", "content": content}]
    return client.chat.completions.create(model=model, messages=messages, **options)


def said(**options):
    return chat(**options).choices[0].message.content


async def asynchronous():
    async with openai.AsyncOpenAI(base_url=base() + "/v1", api_key=KEY) as other:
        messages = [{"role": "user", "content": ARTICLE}]
        return (await other.chat.completions.create(model="breve", messages=messages)).choices[0].message.content


def last(chunks):
    chunks = list(chunks)
    return chunks[-2].choices[0].finish_reason, chunks[-1].usage.total_tokens > 0


def parts(text):
    return [{"type": "text", "text": text}]


checks.equal(
    "models.list",
    lambda: [model.id for model in client.models.list()],
    ["breve", "breve-en", "breve-es", "extractive"],
)
checks.equal("models.retrieve", lambda: client.models.retrieve("extractive").owned_by, "breve")
checks.equal("models.retrieve of a summary's name", lambda: client.models.retrieve("breve-es").object, "model")
checks.equal("chat.completions.create", said, summary())
checks.equal("finish_reason", lambda: chat().choices[0].finish_reason, "stop")
checks.equal(
    "usage", lambda: (lambda use: use.total_tokens == use.prompt_tokens + use.completion_tokens)(chat().usage), True
)
checks.equal("asynchronous", lambda: asyncio.run(asynchronous()), summary())
checks.equal("a model by name", lambda: said(model="extractive"), summary())
checks.equal("breve-es", lambda: said(model="breve-es"), summary("es"))
checks.equal("content in parts", lambda: said(content=parts(ARTICLE)), summary())
checks.equal(
    "a system message with a language and a length",
    lambda: client.chat.completions.create(
        model="breve",
        messages=[
            {"role": "system", "content": "Summarise what you get in Spanish, in two sentences."},
            {"role": "user", "content": ARTICLE},
        ],
    ).choices[0].message.content,
    summary("es", sentences=2),
)
checks.equal("max_tokens", lambda: said(max_tokens=40), FIRST)
checks.equal("finish_reason for max_tokens", lambda: chat(max_tokens=40).choices[0].finish_reason, "length")
checks.equal(
    "stream", lambda: "".join(chunk.choices[0].delta.content or "" for chunk in chat(stream=True)), summary()
)
checks.equal(
    "stream with usage",
    # A translator counts tokens; the built-in summariser has none.
    lambda: last(chat(model="breve-es", stream=True, stream_options={"include_usage": True})),
    ("stop", True),
)
checks.equal(
    "what was left out is named",
    lambda: client.chat.completions.with_raw_response.create(
        model="breve", messages=[{"role": "user", "content": ARTICLE}], temperature=0.2
    ).headers["x-breve-ignored"],
    "temperature",
)
checks.raises(
    "unknown model", lambda: chat(model="gpt-4o-mini"), openai.NotFoundError,
    lambda error: error.code == "model_not_found" and error.param == "model",
)
stranger = openai.OpenAI(base_url=base() + "/v1", api_key=WRONG_KEY, max_retries=0)
checks.raises("a wrong key", lambda: stranger.models.list(), openai.AuthenticationError)
checks.raises(
    "a wrong key in a chat",
    lambda: stranger.chat.completions.create(model="breve", messages=[{"role": "user", "content": ARTICLE}]),
    openai.AuthenticationError,
    lambda error: error.code == "unauthorized",
)
checks.raises("unknown model, retrieved", lambda: client.models.retrieve("gpt-4o-mini"), openai.NotFoundError)
checks.raises(
    "empty text", lambda: chat(content=""), openai.BadRequestError,
    lambda error: error.param == "messages" and error.type == "invalid_request_error",
)
checks.raises(
    "too long", lambda: chat(content=TOO_LONG), openai.BadRequestError,
    lambda error: error.code == "context_length_exceeded",
)
checks.raises(
    "unsupported language", lambda: chat(model="breve-fr"), openai.UnprocessableEntityError,
    lambda error: error.code == "unsupported_language",
)
checks.raises("unknown model, streamed", lambda: chat(model="gpt-4o-mini", stream=True), openai.NotFoundError)
checks.raises("n", lambda: chat(n=2), openai.BadRequestError, lambda error: error.param == "n")
checks.raises(
    "tools",
    lambda: chat(tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}]),
    openai.BadRequestError,
    lambda error: error.param == "tools",
)
checks.raises("what Breve has not", lambda: client.embeddings.create(model="breve", input="x"), openai.NotFoundError)
checks.end()
