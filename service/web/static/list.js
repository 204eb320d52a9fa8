// The list of agreements: what is found changes while somebody types. Without this file the button
// does the same.
"use strict";

const search = document.querySelector("form[data-as-you-type]");
const field = search.querySelector("[type=search]");
const said = document.querySelector("[data-found]");
let timer = 0;
let asking = null;

const find = async () => {
  // What somebody ticked stays in sight; then only the button searches.
  if (document.querySelector("[name=kies]:checked")) return;
  asking?.abort();
  asking = new AbortController();
  const address = new URL(search.action);
  for (const [name, value] of new FormData(search)) if (value) address.searchParams.append(name, value);
  try {
    const answer = await fetch(address, { redirect: "error", signal: asking.signal });
    if (!answer.ok) return; // one letter is too little; the button says so
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-part]")) {
      const anew = page.querySelector(`[data-part="${part.dataset.part}"]`);
      if (anew) part.replaceWith(document.adoptNode(anew));
    }
    history.replaceState(null, "", address);
    said.textContent = document.querySelector("[data-number]").dataset.number;
  } catch {
    // the button still works
  }
};

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(find, 300);
});
search.addEventListener("submit", () => {
  clearTimeout(timer);
  asking?.abort();
});
