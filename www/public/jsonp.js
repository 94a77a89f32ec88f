// Runs the script that one service answers with, and hands its data to the page as text. One frame, one answer.

if (self.origin !== "null") throw new Error("This runs foreign script, and only in a sandboxed frame.");

addEventListener("message", (event) => {
  if (event.source !== parent) return;
  const { address, callback } = event.data;
  let told = false;
  const tell = (reply) => {
    if (!told) parent.postMessage(reply, event.origin);
    told = true;
  };
  globalThis[callback] = (data) => tell({ json: JSON.stringify(data) ?? "" });
  const script = document.createElement("script");
  script.addEventListener("error", () => tell({ failed: true }));
  script.src = address;
  document.head.append(script);
}, { once: true });

parent.postMessage({ ready: true }, "*");
