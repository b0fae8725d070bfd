"use strict";
const said = document.getElementById("said");

for (const button of document.querySelectorAll("button[data-copies]")) {
  const source = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copied(source);
    said.textContent = done ? "Copied" : "Selected: press Ctrl+C to copy";
    button.textContent = done ? "Copied" : "Selected";
    setTimeout(() => { button.textContent = "Copy"; said.textContent = ""; }, 2000);
  });
}

async function copied(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    // Not every browser gives the clipboard to a file from the disk: then what is to be copied is selected.
    getSelection().selectAllChildren(source);
    return false;
  }
}

// What is folded away belongs on paper.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});
