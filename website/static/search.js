// The search box of every page: the index is loaded when somebody searches.
const box = document.getElementById("search");
const found = document.getElementById("found");
const top_ = document.body.dataset.top;
const MOST = 12;
let index;

async function load() {
  index ??= fetch(`${top_}/search.json`).then((answer) => answer.json());
  return index;
}

function words(text) {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [])].slice(0, 60);
}

// A word that few pages have says more than one that most have.
export function ranked(pages, text) {
  const wanted = words(text);
  const weights = wanted.map((word) => {
    const number = pages.filter((page) => page.words.includes(word) || page.title.toLowerCase().includes(word)).length;
    return number ? Math.log(1 + pages.length / number) : 0;
  });
  return pages
    .map((page) => {
      const title = page.title.toLowerCase();
      let score = 0;
      wanted.forEach((word, place) => {
        if (title.includes(word)) score += 2 * weights[place];
        else if (page.words.includes(word)) score += weights[place];
      });
      return { page, score: page.kind === "page" ? score * 0.6 : score };
    })
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map((each) => each.page);
}

function shown(pages) {
  const list = document.createElement("ol");
  for (const page of pages) {
    const item = document.createElement("li");
    const kind = document.createElement("span");
    kind.className = "source";
    kind.textContent = page.kind;
    const link = document.createElement("a");
    link.href = `${top_}/${page.url}`;
    link.textContent = page.title;
    item.append(kind, link);
    list.append(item);
  }
  return list;
}

let turn = 0;
async function search() {
  const mine = ++turn;
  const text = box.value.trim();
  if (!text) return found.replaceChildren();
  const pages = ranked(await load(), text);
  if (mine !== turn) return;
  if (pages.length) return found.replaceChildren(shown(pages));
  const nothing = document.createElement("p");
  nothing.textContent = "Nothing has these words. Paste the whole error instead.";
  found.replaceChildren(nothing);
}

box.addEventListener("focus", load, { once: true });
box.addEventListener("input", search);
box.form.addEventListener("submit", (event) => {
  event.preventDefault();
  found.querySelector("a")?.click();
});
