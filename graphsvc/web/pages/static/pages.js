// What helps where scripts run: a choice of light or dark, suggestions while typing, and selects
// that submit their form. Every page works without it. It runs before the page is drawn, so that
// no one who chose the dark sees a flash of light.
"use strict";

const THEMES = ["", "light", "dark"];
const SAID = { "": "as the device", light: "light", dark: "dark" };

function theme() {
  return document.documentElement.dataset.theme ?? "";
}

function setTheme(chosen) {
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
}

try {
  setTheme(THEMES.includes(localStorage.theme) ? localStorage.theme : "");
} catch { /* A browser that keeps nothing follows the device. */ }

function themeSwitch(button) {
  const say = () => { button.textContent = `Colours: ${SAID[theme()]}`; };
  button.hidden = false;
  say();
  button.addEventListener("click", () => {
    setTheme(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
    try {
      localStorage.theme = theme();
    } catch { /* It holds for this page. */ }
    say();
    document.dispatchEvent(new Event("themechange"));
  });
}

function suggestions(input) {
  const list = document.createElement("ul");
  const form = input.form;
  const free = input.name === "q";
  let items = [];
  let at = -1;
  let asked = 0;
  let timer;

  list.className = "suggestions";
  list.id = `${input.id}-list`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  input.insertAdjacentElement("afterend", list);
  input.parentElement.classList.add("suggesting");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    if (free) {
      location.assign(items[index].href);
    } else {
      const go = input.closest(".starts");
      input.value = input.dataset.class && !go ? items[index].label : items[index].name;
      close();
      if (go || input.closest(".chips")) form.requestSubmit();
    }
  }

  function point(index) {
    at = (index + items.length) % items.length;
    [...list.children].forEach((child, place) => {
      child.setAttribute("aria-selected", String(place === at));
    });
    input.setAttribute("aria-activedescendant", list.children[at].id);
  }

  function show(found) {
    items = found;
    list.replaceChildren(...items.map((item, index) => {
      const entry = document.createElement("li");
      const small = document.createElement("small");
      entry.id = `${list.id}-${index}`;
      entry.setAttribute("role", "option");
      entry.setAttribute("aria-selected", "false");
      entry.textContent = item.label;
      small.textContent = [item.kind, item.why].filter(Boolean).join(" · ");
      entry.append(small);
      entry.addEventListener("mousedown", (event) => {
        event.preventDefault();
        choose(index);
      });
      return entry;
    }));
    at = -1;
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(items.length > 0));
  }

  // What is asked for, or about to be, is for another text or a list that is being read.
  function callOff() {
    clearTimeout(timer);
    asked++;
  }

  async function ask() {
    const mine = ++asked;
    if (input.value.trim().length < 2) {
      close();
      return;
    }
    const address = new URL(input.dataset.suggest, location.href);
    address.searchParams.set("q", input.value);
    if (input.dataset.class) address.searchParams.set("class", input.dataset.class);
    const answer = await fetch(address);
    if (answer.ok && mine === asked) show(await answer.json());
  }

  input.addEventListener("input", () => {
    callOff();
    timer = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (["ArrowDown", "ArrowUp", "Escape"].includes(event.key)) callOff();
    if (event.key === "ArrowDown") point(at + 1);
    else if (event.key === "ArrowUp") point(at < 0 ? items.length - 1 : at - 1);
    else if (event.key === "Enter" && at >= 0) choose(at);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => {
    callOff();
    close();
  });
  form.addEventListener("submit", callOff);
}

// What opens over the page closes with Escape and with a press elsewhere.
function popUps() {
  const open = () => document.querySelector("details[name=pop][open]");
  document.addEventListener("keydown", (event) => {
    const one = open();
    if (event.key !== "Escape" || !one || event.defaultPrevented) return;
    one.open = false;
    one.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const one = open();
    if (one && !one.contains(event.target)) one.open = false;
  });
}

// A box for the words that entries are narrowed to; `changed` is called after each change.
function narrowing(entries, name, text, changed) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const left = document.createElement("span");
  label.className = name;
  left.setAttribute("role", "status");
  input.type = "search";
  label.append(text, input, left);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const one of entries) {
      const text = one.textContent.toLowerCase();
      one.hidden = !words.every((word) => text.includes(word));
    }
    changed();
    const shown = entries.filter((one) => !one.hidden).length;
    left.textContent = words.length ? `${shown} of ${entries.length}` : "";
  });
  return label;
}

function narrowingTable(table) {
  const rows = [...table.tBodies[0].rows];
  const total = table.closest(".figure").querySelector(".total");
  if (rows.length < 8 || !total) return;
  total.append(narrowing(rows, "narrow-rows", "Find in the table", () => {}));
}

function narrowingList(list) {
  list.before(narrowing([...list.querySelectorAll("li")], "narrow-list", list.dataset.narrow, () => {
    for (const part of list.querySelectorAll("section")) part.hidden = !part.querySelector("li:not([hidden])");
  }));
}

function copyButton(text) {
  const button = document.createElement("button");
  const name = `Copy the ${{ link: "link", citation: "citation", embed: "code" }[text.id]}`;
  button.type = "button";
  button.className = "copy";
  button.textContent = name;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent.trim());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = name; }, 2000);
  });
  text.after(button);
}

// Links to this page in its release and in the present one; without scripts, to both.
function lastingLinks() {
  const lasting = document.getElementById("lasting");
  const present = document.querySelector("[data-present]");
  const release = lasting.pathname.slice(-25);
  const root = lasting.pathname.replace(/(\/release\/\w+)+$/, "");
  const set = () => {
    const rest = location.pathname.slice(root.length).replace(/^\/release\/\w{16}(?=\/)/, "") + location.search + location.hash;
    lasting.href = location.origin + root + release + rest; // which is printed
    if (present) present.href = root + rest;
  };
  set();
  lasting.onpointerenter = lasting.onfocus = set;
}

document.addEventListener("DOMContentLoaded", () => {
  popUps();
  document.querySelectorAll("table.answer").forEach(narrowingTable);
  document.querySelectorAll("[data-narrow]").forEach(narrowingList);
  if (navigator.clipboard) document.querySelectorAll("#link, #citation, #embed").forEach(copyButton);
  // What is left empty is no part of the address.
  for (const form of document.querySelectorAll("form[method=get]")) {
    form.addEventListener("submit", () => {
      const empty = [...form.elements].filter((one) => one.name && !one.value && !one.disabled);
      for (const one of empty) one.disabled = true;
      setTimeout(() => { for (const one of empty) one.disabled = false; });
    });
  }
  lastingLinks();
  themeSwitch(document.getElementById("colours"));
  for (const input of document.querySelectorAll("input[data-suggest]")) suggestions(input);
  for (const select of document.querySelectorAll("select[data-submit]")) {
    select.addEventListener("change", () => {
      // Parameters of the question chosen before mean nothing to the new one.
      for (const other of select.form.elements) {
        if (other !== select && other.name) other.disabled = true;
      }
      select.form.submit();
    });
  }
});
