// Keys for the list of agreements, beside Tab and Enter. Never while somebody types, and only while
// the box below the list is ticked. Without this file everything can be reached as well.
"use strict";

const help = document.querySelector("[data-keys]");
const box = help.querySelector("input");
const KEPT = "zegel-list-keys";

const kept = () => {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // a browser that keeps nothing: ticked each time
  }
};
const typing = (element) =>
  element.isContentEditable || element.matches("input:not([type=checkbox]), select, textarea");
const rowOf = (element) => element.closest("tbody tr");

const move = (step) => {
  const links = [...document.querySelectorAll("tbody th a")];
  const now = links.findIndex((link) => rowOf(link) === rowOf(document.activeElement));
  const next = now < 0 ? (step > 0 ? 0 : links.length - 1) : now + step;
  links[next]?.focus();
};
const KEYS = {
  "/": () => document.querySelector("[type=search]").focus(),
  j: () => move(1),
  k: () => move(-1),
  n: () => document.querySelector("a[rel=next]")?.click(),
  x: () => rowOf(document.activeElement)?.querySelector("[type=checkbox]")?.click(),
};

help.hidden = false;
box.checked = kept() !== "off";
box.addEventListener("change", () => {
  try {
    localStorage.setItem(KEPT, box.checked ? "on" : "off");
  } catch {
    // for this page only
  }
});
document.addEventListener("keydown", (event) => {
  if (!box.checked || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (typing(event.target) || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});
