// Runs the script that one service answers with, and hands its data to the page as text. One frame, one answer.

if (self.origin !== "null") throw new Error("This runs foreign script, and only in a sandboxed frame.");

const listening = new AbortController();

function ask({ source, origin, data: { address, callback } }) {
  if (source !== parent) return;
  listening.abort();
  let told = false;
  const tell = (reply) => {
    if (!told) parent.postMessage(reply, origin);
    told = true;
  };
  globalThis[callback] = (data) => tell({ json: JSON.stringify(data) ?? "" });
  const script = document.createElement("script");
  script.addEventListener("error", () => tell({ failed: true }));
  script.src = address;
  document.head.append(script);
}

addEventListener("message", ask, { signal: listening.signal });
parent.postMessage({ ready: true }, "*");
