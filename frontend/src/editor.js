// The SPARQL editor: YASGUI's editor, with completion from this release's own terms, and results
// with labels. Nothing is fetched from elsewhere: everything comes from the service.
import Yasqe from "@zazuko/yasqe";
import "@zazuko/yasqe/build/yasqe.min.css";
import { fontInside, png } from "./picture.js";
import { Results } from "./results.js";
import { Terms } from "./terms.js";

const place = document.getElementById("editor");
const settings = JSON.parse(place.dataset.settings);
const form = document.getElementById("plain-editor");
const given = document.getElementById("query").value; // what the address asks for
const MOST_LINES = 30;
const FILES = {
  rows: { csv: "text/csv", tsv: "text/tab-separated-values", json: "application/sparql-results+json", xml: "application/sparql-results+xml" },
  triples: { ttl: "text/turtle", nt: "application/n-triples", jsonld: "application/ld+json", rdf: "application/rdf+xml" },
};

// The query of this entry of the browser's history: it is in the fragment, so that reloading and
// going back bring it, and it may be of any length.
function wanted() {
  return new URLSearchParams(location.hash.slice(1)).get("query") ?? given;
}

let known;
function terms() {
  known ??= fetch(settings.terms).then((answer) => answer.json());
  return known;
}

for (const [name, get] of [
  ["prefixes", async () => Object.entries(settings.prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`)],
  ["class", async () => (await terms()).classes.map((term) => term.iri)],
  ["property", async () => (await terms()).properties.map((term) => term.iri)],
]) {
  Yasqe.forkAutocompleter(name, { name: `local-${name}`, get, bulk: true, persistenceId: null });
}
Yasqe.defaults.autocompleters = ["local-prefixes", "local-class", "local-property", "variables"];
Yasqe.defaults.prefixCcApi = null;

function button(text, action, className = "") {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, className });
  made.addEventListener("click", action);
  return made;
}

const editorPlace = document.createElement("div");
const bar = Object.assign(document.createElement("div"), { className: "bar" });
const note = Object.assign(document.createElement("div"), { className: "note", hidden: true });
const resultsPlace = Object.assign(document.createElement("section"), { id: "results" });
resultsPlace.setAttribute("aria-label", "Answer");
form.replaceWith(editorPlace, bar, note, resultsPlace);

const yasqe = new Yasqe(editorPlace, {
  value: wanted(),
  persistenceId: null,
  consumeShareLink: null,
  createShareableLink: undefined,
  showQueryButton: false,
  screenReaderLabel: "SPARQL query",
  requestConfig: { endpoint: new URL(settings.endpoint, location.href).href },
});
yasqe.setValue(wanted());
yasqe.collapsePrefixes();
let placed = false; // whether somebody has put the cursor somewhere
yasqe.on("focus", () => { placed = true; grow(); });
grow();
yasqe.getInputField().setAttribute("aria-label", "SPARQL query");
document.querySelectorAll(".yasqe_buttons").forEach((one) => one.remove());

const results = new Results(resultsPlace, new Terms(settings), async (chart, ending) => {
  const drawn = chart.file(title(), settings.source, await fontInside());
  give(ending === "png" ? await png(drawn) : new Blob([drawn], { type: "image/svg+xml" }), ending);
});
const run = button("Run", () => ask());
run.id = "run";
run.title = "Ctrl and Enter";
const download = document.createElement("select");
download.setAttribute("aria-label", "Download the answer");
download.addEventListener("change", () => { save(download.value); download.value = ""; });
bar.append(run, button("Copy link", share, "quiet"), button("Cite", cite, "quiet"), download);
// Escape lets people who have no mouse leave the editor, where Tab indents.
yasqe.addKeyMap({ Esc: () => run.focus(), "Ctrl-Enter": () => ask(), "Cmd-Enter": () => ask() });

function isGraph() {
  return ["CONSTRUCT", "DESCRIBE"].includes(yasqe.getQueryType()?.toUpperCase());
}

function offer() {
  const files = FILES[isGraph() ? "triples" : "rows"];
  download.replaceChildren(new Option("Download …", ""), ...Object.keys(files).map((ending) => new Option({ csv: "CSV (spreadsheets)", tsv: "TSV", json: "JSON", xml: "XML", ttl: "Turtle", nt: "N-Triples", jsonld: "JSON-LD", rdf: "RDF/XML" }[ending], ending)));
}

function post(accept) {
  return fetch(settings.endpoint, { method: "POST", body: new URLSearchParams({ query: yasqe.getValue() }), headers: { Accept: accept } });
}

let asked = 0;
async function ask() {
  const mine = ++asked;
  declare();
  if (yasqe.getValue() !== wanted()) history.pushState(null, "", `${location.pathname}${location.search}#${new URLSearchParams({ query: yasqe.getValue() })}`);
  const began = performance.now();
  offer();
  results.waiting();
  try {
    const answer = await post(isGraph() ? FILES.triples.nt : FILES.rows.json);
    const text = await answer.text();
    if (mine !== asked) return;
    if (!answer.ok) return problem(text);
    await results.show(text, answer.headers.get("content-type") ?? "", ((performance.now() - began) / 1000).toFixed(2));
  } catch {
    if (mine === asked) results.error("The service could not be reached. Try again.");
  }
}

// A problem document (RFC 9457) as sentences.
function problem(text) {
  try {
    const { title, detail, location: where } = JSON.parse(text);
    results.error(`${title}. ${detail}`, where);
  } catch {
    results.error("The service gave no answer. Try again.");
  }
}

// What the query asks, for people: the comment at its head, before or after prefixes.
function title() {
  const comment = /^(?:\s*(?:PREFIX|BASE)\b.*\n)*\s*#\s*(.+)/i.exec(yasqe.getValue());
  return (comment?.[1] ?? "SPARQL query").trim().slice(0, 120);
}

async function save(ending) {
  if (!ending) return;
  const answer = await post({ ...FILES.rows, ...FILES.triples }[ending]);
  if (!answer.ok) return problem(await answer.text());
  give(await answer.blob(), ending);
}

// A file for people, named by what the query asks.
function give(blob, ending) {
  const stem = title().toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60);
  const address = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: address, download: `${stem || "query"}-${settings.release.slice(0, 8)}.${ending}` }).click();
  URL.revokeObjectURL(address);
}

// What opens this query again: what it came from, as long as it was not changed.
function parameters() {
  return yasqe.getValue() === given ? location.search : `?${new URLSearchParams({ query: yasqe.getValue() })}`;
}

async function share() {
  await navigator.clipboard.writeText(new URL(`editor${parameters()}`, location.href).href);
  cited = false;
  say("The link was copied. It opens this query and runs it.");
}

// The query as the release answers it, whichever machine serves it.
let cited = false;
function cite() {
  cited = true;
  const [named, query] = [title(), parameters()];
  const fill = (text) => text.replace(/\{title\}\.?/, (end) => (end.endsWith(".") && !/[.?!]$/.test(named) ? `${named}.` : named)).replace("{asked}", () => query);
  const [text, bibtex] = [settings.citation.text, settings.citation.bibtex].map(fill);
  const at = text.lastIndexOf("https://");
  const link = Object.assign(document.createElement("a"), { href: new URL(settings.citation.path.slice(1) + query, location.href).href, textContent: text.slice(at) });
  const shown = document.createElement("p");
  shown.append(text.slice(0, at), link);
  say(shown, button("Copy", () => navigator.clipboard.writeText(text), "quiet"), " ", button("Copy as BibTeX", () => navigator.clipboard.writeText(bibtex), "quiet"));
}

function say(...parts) {
  note.setAttribute("role", "status");
  note.replaceChildren(...parts);
  note.hidden = false;
}

// Known prefixes that the query uses are declared; all others are a mistake that the service names.
function declare() {
  const words = yasqe.getValue().replace(/<[^>\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#.*/g, "");
  const declared = yasqe.getPrefixesFromQuery();
  const used = [...words.matchAll(/(?<![\w:?$.-])([A-Za-z][\w-]*):/g)].map(([, prefix]) => prefix);
  const missing = [...new Set(used)].filter((prefix) => settings.prefixes[prefix] && !declared[prefix]);
  if (missing.length) yasqe.addPrefixes(Object.fromEntries(missing.map((prefix) => [prefix, settings.prefixes[prefix]])));
}

// The editor is as high as the query, up to a limit, which leaves room for the answer until somebody
// writes.
function grow() {
  const lines = Math.ceil(yasqe.heightAtLine(yasqe.lineCount(), "local") / yasqe.defaultTextHeight());
  const most = placed ? MOST_LINES : Math.min(MOST_LINES, Math.floor(innerHeight / 55));
  yasqe.setSize(null, `${1.35 * Math.min(most, Math.max(8, lines + 1)) + 0.6}rem`);
}

// Names of the schema go where the cursor is, with their prefix. Until somebody has put it
// somewhere, a name is asked for by a query of its own.
function insertable(name, [heading, pattern]) {
  const written = name.dataset.insert;
  const insert = button(name.textContent, () => {
    const prefix = written.split(":")[0];
    const prefixes = { [prefix]: settings.prefixes[prefix] };
    if (placed) {
      if (settings.prefixes[prefix]) yasqe.addPrefixes(prefixes);
      yasqe.replaceSelection(written);
      yasqe.focus();
    } else {
      yasqe.setValue(`# ${heading}: ${written}\nPREFIX ${prefix}: <${settings.prefixes[prefix]}>\n${pattern.replace("?name", written)}\nLIMIT 1000\n`);
      ask();
    }
  }, "name");
  insert.title = name.title;
  name.replaceChildren(insert);
}
const CLASS = ["Things of a class", "SELECT ?thing\nWHERE { ?thing a ?name }"];
const PROPERTY = ["Values of a property", "SELECT ?thing ?value\nWHERE { ?thing ?name ?value }"];
document.querySelectorAll("[data-insert]").forEach((name) => insertable(name, CLASS));

// The properties, which are many, come when they are looked for.
const properties = document.getElementById("properties");
properties.hidden = false;
async function list() {
  const place = properties.querySelector("ul");
  if (place.childElementCount) return;
  const found = (await terms()).properties.filter((term) => term.name !== term.iri).sort((one, other) => one.label.localeCompare(other.label));
  if (place.childElementCount) return;
  for (const term of found) {
    const name = Object.assign(document.createElement("code"), { textContent: term.name, title: term.comment });
    const entry = document.createElement("li");
    name.dataset.insert = term.name;
    insertable(name, PROPERTY);
    entry.append(name, ` ${term.label}`);
    place.append(entry);
  }
}
properties.addEventListener("toggle", list);

const filter = document.getElementById("schema-filter");
filter.addEventListener("focus", list);
filter.closest("[hidden]").hidden = false;
filter.addEventListener("input", () => {
  const place = filter.closest("section");
  for (const entry of place.querySelectorAll("li")) entry.hidden = !entry.textContent.toLowerCase().includes(filter.value.trim().toLowerCase());
  for (const group of place.querySelectorAll("details")) group.open = Boolean(filter.value.trim()) || group.classList.contains("first");
});

yasqe.on("change", (_, change) => {
  offer();
  grow();
  if (change.origin === "+input") declare();
  if (cited) cite();
});
addEventListener("popstate", () => {
  yasqe.setValue(wanted());
  ask();
});
ask();
