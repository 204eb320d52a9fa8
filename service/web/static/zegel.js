// Small comforts. Every page works without this file.
"use strict";

// An error summary takes the focus, so that a screen reader starts there.
document.querySelector("[data-error-summary]")?.focus();

// Fields that only matter after a certain answer: <div data-shown-when="name=value">.
for (const block of document.querySelectorAll("[data-shown-when]")) {
  const [name, value] = block.dataset.shownWhen.split("=");
  const inputs = document.getElementsByName(name);
  const update = () => {
    const chosen = [...inputs].some((i) => i.value === value && (i.checked || i.type === "select-one"));
    block.hidden = !chosen;
  };
  for (const input of inputs) input.addEventListener("change", update);
  update();
}

// A second click on a submit button is not a second wish. The fields stay enabled (a disabled
// button would not send its own name), and the back button makes the form usable again.
for (const form of document.querySelectorAll("form[method=post]:not([data-again])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
}

// <form data-keep="address" data-not-kept="text">: what is typed is kept a moment after, and when the
// page is left; the element [data-kept] says so. The form itself needs none of this.
for (const form of document.querySelectorAll("form[data-keep]")) {
  const said = form.querySelector("[data-kept]");
  let timer = 0;
  let asking = null;
  const keep = async () => {
    clearTimeout(timer);
    timer = 0;
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(form.dataset.keep, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        keepalive: true,
        redirect: "error",
        signal: asking.signal,
      });
      if (!answer.ok) throw new Error(answer.status);
      said.textContent = (await answer.json()).said;
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = form.dataset.notKept;
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 1500);
  });
  // Once it is sent, the service keeps it: nothing older may come after that.
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    timer = 0;
    asking?.abort();
  });
  addEventListener("pagehide", () => { if (timer) keep(); });
}

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-disabled=true]")) button.removeAttribute("aria-disabled");
});

// <button data-copy="id of the input" data-done="text">
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    source.select();
    const said = document.getElementById(`${button.dataset.copy}-said`);
    try {
      await navigator.clipboard.writeText(source.value);
      said.textContent = button.dataset.done;
    } catch {
      said.textContent = button.dataset.byHand; // no permission: the text is selected, copy by hand
    }
  });
}

// A page that waits for work elsewhere: <div data-wait="address answering {state: …}">.
const waiting = document.querySelector("[data-wait]");
if (waiting) {
  const ask = async () => {
    try {
      const answer = await fetch(waiting.dataset.wait, { headers: { Accept: "application/json" } });
      if (answer.ok && (await answer.json()).state !== "preparing") {
        location.reload();
        return;
      }
    } catch {
      // no connection for a moment: ask again
    }
    setTimeout(ask, 1000);
  };
  setTimeout(ask, 500);
}

// A part of a page that changes while work goes on elsewhere: <div id data-live="address of this page">.
// Only what differs is replaced, so that focus and place stay; without the attribute it is finished.
const renew = (old, fresh) => {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || old.nodeType !== Node.ELEMENT_NODE || old.id !== fresh.id) {
    old.replaceWith(fresh);
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  before.slice(after.length).forEach((node) => node.remove());
  after.forEach((node, at) => (at < before.length ? renew(before[at], node) : old.append(node)));
};
const live = document.querySelector("[data-live]");
if (live) {
  const ask = async () => {
    try {
      const answer = document.hidden ? null : await fetch(live.dataset.live);
      if (answer?.redirected) {
        const ended = live.querySelector("[data-live-ended]");
        ended.textContent = live.dataset.ended;
        ended.hidden = false;
        return;
      }
      if (answer?.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        document.title = fresh.title;
        renew(live, fresh.getElementById(live.id));
      }
    } catch {
      // no connection for a moment: ask again
    }
    if ("live" in live.dataset) setTimeout(ask, 2000);
  };
  setTimeout(ask, 1000);
}

// <div data-drop="id of the file input">: a file may also be dropped there.
for (const place of document.querySelectorAll("[data-drop]")) {
  const input = document.getElementById(place.dataset.drop);
  for (const kind of ["dragenter", "dragover"]) {
    place.addEventListener(kind, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      place.classList.add("over");
    });
  }
  place.addEventListener("dragleave", (event) => {
    if (!place.contains(event.relatedTarget)) place.classList.remove("over");
  });
  place.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    place.classList.remove("over");
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  });
}

// <button data-print>
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());

// <input data-all="name">: tick or untick all of a list, but not what stands apart.
for (const all of document.querySelectorAll("[data-all]")) {
  all.addEventListener("change", () => {
    for (const box of document.getElementsByName(all.dataset.all)) {
      if (!("apart" in box.dataset)) box.checked = all.checked;
    }
  });
}
