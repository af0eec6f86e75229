// @huggingface/inference against Breve: check_hugging_face.mjs http://HOST:PORT
import { InferenceClient, InferenceClientProviderApiError as ApiError } from "@huggingface/inference";
import { ARTICLE, Checks, FIRST, KEY, TEXT, TOO_LONG, WRONG_KEY, base, spanish, summary } from "./checks.mjs";

const checks = new Checks("@huggingface/inference");
const client = (path = "") => new InferenceClient(KEY, { endpointUrl: base + path });
const summarizer = client("/models/extractive");
const translator = client("/models/en-es-tiny");
const messages = [{ role: "user", content: ARTICLE }];
const status = (code, part = "") => (error) => error.httpResponse.status === code && error.message.includes(part);

async function streamed(path) {
    let text = "";
    for await (const chunk of client(path).chatCompletionStream({ messages })) text += chunk.choices[0].delta.content ?? "";
    return text;
}

await checks.equal("summarization", async () => (await summarizer.summarization({ inputs: ARTICLE })).summary_text, summary());
await checks.equal(
    "summarization with endpointUrl in the call",
    async () =>
        (await new InferenceClient(KEY).summarization({ inputs: ARTICLE, endpointUrl: base + "/models/extractive" })).summary_text,
    summary(),
);
await checks.equal(
    "summarization with parameters",
    async () =>
        (await summarizer.summarization({ inputs: ARTICLE, parameters: { max_length: 40, num_beams: 4 } })).summary_text,
    FIRST,
);
await checks.equal("translation", async () => (await translator.translation({ inputs: TEXT })).translation_text, spanish());
await checks.equal(
    "translation of many",
    async () => (await translator.translation({ inputs: [TEXT, TEXT] })).map((each) => each.translation_text),
    spanish().then((text) => [text, text]),
);
for (const path of ["", "/v1", "/models/extractive"]) {
    await checks.equal(
        `chatCompletion at ${path || "/"}`,
        async () => (await client(path).chatCompletion({ messages })).choices[0].message.content,
        summary(),
    );
}
await checks.equal(
    "chatCompletion with a model",
    async () => (await client("/v1").chatCompletion({ model: "breve-es", messages })).choices[0].message.content,
    summary("es"),
);
await checks.equal("chatCompletionStream", () => streamed("/v1"), summary());
await checks.throws(
    "unknown model",
    () => client("/models/no-such-model").summarization({ inputs: ARTICLE }),
    ApiError,
    status(404, "no-such-model"),
);
const stranger = new InferenceClient(WRONG_KEY, { endpointUrl: base + "/models/extractive" });
await checks.throws("a wrong key", () => stranger.summarization({ inputs: ARTICLE }), ApiError, status(401, "key"));
await checks.throws("empty text", () => summarizer.summarization({ inputs: "" }), ApiError, status(400, "empty"));
await checks.throws("too long", () => summarizer.summarization({ inputs: TOO_LONG }), ApiError, status(413, "limit"));
await checks.throws(
    "unsupported language",
    () => translator.translation({ inputs: TEXT, parameters: { src_lang: "en_XX", tgt_lang: "fr_XX" } }),
    ApiError,
    status(400, "en-fr"),
);
await checks.throws(
    "chat with an unknown model",
    () => client("/v1").chatCompletion({ model: "no-such-model", messages }),
    ApiError,
    // The message of a chat's error is in the body alone: this client shows those that are strings.
    (error) => status(404)(error) && error.httpResponse.body.error.message.includes("no-such-model"),
);
checks.end();
