// openai against Breve: check_openai.mjs http://HOST:PORT
import OpenAI from "openai";
import { ARTICLE, Checks, FIRST, KEY, TOO_LONG, WRONG_KEY, base, summary } from "./checks.mjs";

const checks = new Checks("openai");
const client = new OpenAI({ baseURL: base + "/v1", apiKey: KEY, maxRetries: 0 });

function chat({ content = ARTICLE, model = "breve", ...options } = {}) {
    return client.chat.completions.create({ model, messages: [{ role: "user", content }], ...options });
}

const said = async (options) => (await chat(options)).choices[0].message.content;

async function streamed() {
    const [texts, others] = [[], []];
    // A translator counts tokens; the built-in summariser has none.
    for await (const chunk of await chat({ model: "breve-es", stream: true, stream_options: { include_usage: true } })) {
        texts.push(chunk.choices[0]?.delta.content ?? "");
        others.push(chunk);
    }
    return [texts.join(""), others.at(-2).choices[0].finish_reason, others.at(-1).usage.total_tokens > 0];
}

async function listed() {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    return ids;
}

await checks.equal("models.list", listed, ["breve", "breve-en", "breve-es", "extractive"]);
await checks.equal("models.retrieve", async () => (await client.models.retrieve("extractive")).owned_by, "breve");
await checks.equal("chat.completions.create", () => said(), summary());
await checks.equal("breve-es", () => said({ model: "breve-es" }), summary("es"));
await checks.equal("max_completion_tokens", () => said({ max_completion_tokens: 40 }), FIRST);
await checks.equal("stream", streamed, summary("es").then((text) => [text, "stop", true]));
await checks.throws(
    "unknown model",
    () => chat({ model: "gpt-4o-mini" }),
    OpenAI.NotFoundError,
    (error) => error.code === "model_not_found" && error.param === "model",
);
const stranger = new OpenAI({ baseURL: base + "/v1", apiKey: WRONG_KEY, maxRetries: 0 });
await checks.throws("a wrong key", () => stranger.models.list(), OpenAI.AuthenticationError);
await checks.throws("empty text", () => chat({ content: "" }), OpenAI.BadRequestError, (error) => error.param === "messages");
await checks.throws(
    "too long",
    () => chat({ content: TOO_LONG }),
    OpenAI.BadRequestError,
    (error) => error.code === "context_length_exceeded",
);
await checks.throws(
    "unsupported language",
    () => chat({ model: "breve-fr" }),
    OpenAI.UnprocessableEntityError,
    (error) => error.code === "unsupported_language",
);
await checks.throws("n", () => chat({ n: 2 }), OpenAI.BadRequestError, (error) => error.param === "n");
await checks.throws(
    "what Breve has not",
    () => client.embeddings.create({ model: "breve", input: "x" }),
    OpenAI.NotFoundError,
);
checks.end();
