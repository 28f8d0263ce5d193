// Keys for what stands on the page, and the document moved to the draft. Every step works without.
"use strict";

const forms = "form.statement, form.plain-form";
const fields = "input:not([type=radio]):not([type=checkbox]), textarea, select";

document.addEventListener("keydown", (event) => {
  const form = event.target.closest(forms) ?? document.querySelector(forms);
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches(fields) && event.key !== "Escape") return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (found) {
    event.preventDefault();
    found.click();
  }
});

// One decision at a time: a second click while the first is on its way would be refused.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

const here = document.querySelector(".para.here");
const paper = document.querySelector(".doc");
if (here && paper && getComputedStyle(paper).overflowY === "auto") {
  paper.scrollTop = here.offsetTop - paper.offsetTop - paper.clientHeight / 3;
  document.querySelector(".work").scrollTop = 0;
}
const first = document.querySelector("form.statement [aria-invalid], form.statement .bad input, form.plain-form :is(input, select):not([type=hidden])");
// In the frame after the one in which the browser goes to the address's fragment, and the focus with it.
if (first) requestAnimationFrame(() => requestAnimationFrame(() => first.focus()));
