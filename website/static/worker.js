// Python and pgwhy, in a thread of their own. Loaded when the first question comes.
import { loadPyodide } from "./python/pyodide.mjs";

const here = new URL("./python/", import.meta.url).href;
let ready;

function tell(loaded, says) {
  postMessage({ loaded, says });
}

async function load() {
  tell(0, "Loading Python ...");
  const python = await loadPyodide({ indexURL: here, lockFileURL: `${here}pyodide-lock.json` });
  tell(1, "Loading the rules ...");
  for (const name of ["pgwhy.zip", "libraries.zip"]) {
    const answer = await fetch(here + name);
    python.unpackArchive(await answer.arrayBuffer(), "zip", { extractDir: "/pgwhy" });
  }
  tell(2, "Reading the rules ...");
  const source = await (await fetch(new URL("./reader.py", import.meta.url))).text();
  python.runPython(source);
  tell(3, "Almost there ...");
  const answered = python.globals.get("answered");
  tell(4, "");
  return answered;
}

addEventListener("message", async ({ data }) => {
  const { number, content, pages } = data;
  try {
    ready ??= load();
    const answered = await ready;
    postMessage({ number, answer: JSON.parse(answered(content, pages)) });
  } catch (problem) {
    const last = String(problem.message).trim().split("\n").pop();
    postMessage({ number, problem: `This cannot be explained: ${last}` });
  }
});
