// Bijlage 1: search in what is folded away, and add a line where one stands. Both work without this
// file: then the whole list stands in the fold, and the button asks the server for a line.
"use strict";

const plain = (words) => words.normalize("NFD").replace(/[\u0300-\u036f\u00ad]/g, "").toLowerCase();

for (const search of document.querySelectorAll("[data-search]")) {
  const list = document.getElementById(search.dataset.search);
  const said = list.querySelector("[data-found]");
  search.addEventListener("input", (event) => {
    event.stopPropagation(); // nothing of the form changed
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const choice of list.querySelectorAll(".choice")) {
      const fits = words.every((word) => plain(choice.textContent).includes(word));
      choice.hidden = !fits && !choice.querySelector("input").checked; // what is ticked stays in sight
      found += fits;
    }
    for (const group of list.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector(".choice:not([hidden])");
    }
    const { one, some, none } = said.dataset;
    said.textContent = !words.length ? "" : found ? (found === 1 ? one : some.replace("#", found)) : none;
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // it would send the form
  });
}

for (const button of document.querySelectorAll("button[name=add]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const list = button.closest(".lines");
    const lines = [...list.querySelectorAll("input")];
    let line = lines.find((each) => !each.value.trim());
    if (!line) {
      line = list.querySelector("template").content.firstElementChild.cloneNode();
      line.id = `f-${line.name}${lines.length ? `-${lines.length + 1}` : ""}`;
      line.ariaLabel += ` ${lines.length + 1}`;
      button.before(line);
      list.classList.remove("empty");
    }
    line.focus();
  });
}
