// What the checks of all client libraries share: an article, Breve's own answers, and counting what failed.
import { readFileSync } from "node:fs";

export const ARTICLE =
    "The city council approved the plan on Monday. Works on the new bridge begin in May and take two years. " +
    "The mayor spoke for an hour. Nobody left the room before the vote. Rain fell all night.";
export const FIRST = "The city council approved the plan on Monday.";
export const TEXT = "Works on the new bridge begin in May.";
// Longer than the server that scripts/test_clients.sh starts takes.
export const TOO_LONG = "Rain fell all night. ".repeat(1500);
// What the server asks for, and what it has never given out.
export const KEY = process.env.BREVE_TEST_KEY ?? "none-is-asked-for";
export const WRONG_KEY = "breve_00000000_" + "0".repeat(64);

/** The server's address, without a slash at its end. */
export const base = process.argv[2].replace(/\/$/, "");

/** Breve's own answer, which a client's is compared with. */
async function native(path, body) {
    const headers = { "content-type": "application/json", authorization: `Bearer ${KEY}` };
    const response = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
}

/** Breve's own translation. */
export async function spanish(text = TEXT) {
    return (await native("/v1/translate", { text, source: "en", target: "es" })).translations[0].text;
}

/** Breve's own summary of the article. */
export async function summary(language = "en", options = {}) {
    return (await native("/v1/summarize", { text: ARTICLE, targets: [language], ...options })).summaries[language];
}

/** Runs cases one after another; a case that fails is told of and does not stop the others. */
export class Checks {
    constructor(name) {
        const manifest = new URL(`node_modules/${name}/package.json`, import.meta.url);
        this.name = `${name} ${JSON.parse(readFileSync(manifest, "utf8")).version} (npm)`;
        this.count = this.failed = 0;
    }

    tell(what, fault) {
        this.count += 1;
        this.failed += fault === undefined ? 0 : 1;
        console.log(`[clients] ${this.name}: ${what}: ${fault === undefined ? "ok" : "FAILED: " + fault}`);
    }

    /** `call` gives `expected`. */
    async equal(what, call, expected) {
        try {
            const [got, wanted] = [JSON.stringify(await call()), JSON.stringify(await expected)];
            this.tell(what, got === wanted ? undefined : `${got}, not ${wanted}`);
        } catch (error) {
            this.tell(what, `${error?.constructor?.name}: ${error}`);
        }
    }

    /** `call` throws a `kind`, of which `has` is true. */
    async throws(what, call, kind, has = () => true) {
        try {
            const got = await call();
            this.tell(what, `no ${kind.name} but ${JSON.stringify(got)}`);
        } catch (error) {
            const fine = error?.constructor === kind && has(error);
            this.tell(what, fine ? undefined : `${error?.constructor?.name}, not ${kind.name}: ${error}`);
        }
    }

    /** Ends the program; 1 where anything failed. */
    end() {
        console.log(`[clients] ${this.name}: ${this.count - this.failed} of ${this.count} went well`);
        process.exit(this.failed > 0 ? 1 : 0);
    }
}
