// "Paste your error": the page asks a worker, which loads Python when it is first asked.
const form = document.getElementById("ask");
const text = document.getElementById("text");
const file = document.getElementById("file");
const state = document.getElementById("state");
const loading = document.getElementById("loading");
const answer = document.getElementById("answer");
const report = document.getElementById("report");
const submit = form.querySelector("button");
const waiting = new Map();
let worker;
let number = 0;

function started() {
  if (worker) return worker;
  // From a blob, so that the policy of this page holds in the worker too: it can reach nothing but this site.
  const source = `import ${JSON.stringify(new URL("worker.js", import.meta.url).href)};`;
  worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), { type: "module" });
  loading.hidden = false;
  worker.addEventListener("message", ({ data }) => {
    if (data.loaded !== undefined) {
      loading.value = data.loaded;
      loading.hidden = data.loaded === loading.max;
      state.textContent = data.says;
      return;
    }
    const { done, failed } = waiting.get(data.number);
    waiting.delete(data.number);
    if (data.problem) failed(new Error(data.problem));
    else done(data.answer);
  });
  worker.addEventListener("error", (event) => {
    loading.hidden = true;
    for (const { failed } of waiting.values()) failed(new Error(`Python cannot be started here: ${event.message}`));
    waiting.clear();
    worker = undefined;
  });
  return worker;
}

// The answer to some bytes: `json`, and if `pages` is asked for also `html` and `text`.
export function ask(content, pages = true) {
  const mine = ++number;
  return new Promise((done, failed) => {
    waiting.set(mine, { done, failed });
    started().postMessage({ number: mine, content, pages });
  });
}
window.pgwhyAsk = (given, pages) => ask(new TextEncoder().encode(given), pages);

async function explain(content) {
  submit.disabled = true;
  try {
    const told = await ask(content);
    document.getElementById("as-text").textContent = told.text;
    document.getElementById("as-json").textContent = told.json;
    report.srcdoc = withoutScripts(told.html);
    answer.hidden = false;
    state.textContent = told.text.split("\n", 1)[0];
    document.getElementById("answer-title").focus();
  } catch (problem) {
    state.textContent = problem.message;
  } finally {
    submit.disabled = false;
  }
}

// A report's script copies what is to be pasted; in the frame nothing may run, and its buttons stay hidden.
function withoutScripts(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const script of parsed.querySelectorAll("script")) script.remove();
  return `<!doctype html>${parsed.documentElement.outerHTML}`;
}

// The frame is as high as its report, so that only the page scrolls.
report.addEventListener("load", () => {
  const inner = report.contentDocument?.documentElement;
  if (inner) report.style.height = `${inner.scrollHeight + 2}px`;
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (text.value.trim()) explain(new TextEncoder().encode(text.value));
  else state.textContent = "Paste an error text first.";
});
async function open(chosen) {
  if (chosen.size > 20_000_000) state.textContent = "This file is larger than 20 MB.";
  else explain(new Uint8Array(await chosen.arrayBuffer()));
}
file.addEventListener("change", () => file.files.length && open(file.files[0]));
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", () => document.body.classList.remove("dropping"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  const [dropped] = event.dataTransfer.files;
  if (dropped) open(dropped);
  else explain(new TextEncoder().encode(event.dataTransfer.getData("text")));
});
