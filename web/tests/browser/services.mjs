// The Breves that the tests ask: an open one, and one that wants keys and has a hub.
import { startBreve } from "./breve.mjs";
import { startHub } from "./hub.mjs";

export const hub = await startHub();

const limits = { BREVE__LIMITS__TEXT_CHARACTERS: "400000", BREVE__LIMITS__SUMMARY_SENTENCES: "50" };

export const [open, keyed, limited] = await Promise.all([
  startBreve({ settings: limits }),
  startBreve({
    settings: { HF_ENDPOINT: hub.endpoint, HF_HUB_OFFLINE: "0" },
    keys: { reader: ["use"], operator: ["use", "manage"] },
  }),
  startBreve({ settings: { BREVE__ACCESS__REQUESTS_PER_MINUTE: "3" } }),
]);

export async function stopServices() {
  await Promise.all([open, keyed, limited].map((service) => service.stop()));
  await hub.stop();
}
