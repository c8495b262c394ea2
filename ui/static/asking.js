// A question to the server and its answer as it grows, through the queue that programs use too.

const CALL = "/gradio_api/call/chat";

export class Busy extends Error {}

// Calls `show` with each step; resolves when the answer is whole, rejects when the line is lost.
// Closing the stream (`signal`) stops the work on the server.
export async function ask(request, show, signal) {
  const started = await fetch(CALL, {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ data: [request] }), signal,
  });
  if (started.status === 429 || started.status === 503) throw new Busy();
  if (!started.ok) throw new Error(`status ${started.status}`);
  const { event_id: id } = await started.json();
  const stream = await fetch(`${CALL}/${encodeURIComponent(id)}`, { signal });
  if (!stream.ok) throw new Error(`status ${stream.status}`);
  for await (const { event, data } of messages(stream.body)) {
    if (event === "error") throw new Error("the server failed");
    if (event === "generating") show(data[0]);
    if (event === "complete") return;
  }
  throw new Error("the stream ended early");
}

async function* messages(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    held += value;
    const blocks = held.split("\n\n");
    held = blocks.pop();
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event) yield { event, data: JSON.parse(data ?? "null") };
    }
  }
}

export async function post(path, values) {
  const response = await fetch(path, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(values),
  });
  if (!response.ok) throw new Error(`${path}: status ${response.status}`);
  return response;
}
