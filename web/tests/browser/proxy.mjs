// A proxy that serves services below paths of one address, as operators set it up: it takes the path away and passes the rest on.
import { createServer, request } from "node:http";

/** Starts it. `services` are addresses by path, each path as `/name/`. */
export async function startProxy(services) {
  const server = createServer((incoming, outgoing) => {
    const path = Object.keys(services).find((one) => incoming.url.startsWith(one));
    if (!path) return outgoing.writeHead(404).end();
    pass(services[path], incoming.url.slice(path.length - 1), incoming, outgoing);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { address: `http://127.0.0.1:${server.address().port}`, stop };
}

function pass(address, url, incoming, outgoing) {
  const { method, headers } = incoming;
  const onward = request(new URL(url, address), { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  // The service stops working on what nobody waits for.
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
}
