// The SPARQL editor: YASGUI's editor and results, with completion from this release's own terms.
// Nothing is fetched from elsewhere: prefixes, classes and properties come from the service.
import Yasqe from "@zazuko/yasqe";
import Yasr from "@zazuko/yasr";
import "@zazuko/yasqe/build/yasqe.min.css";
import "@zazuko/yasr/build/yasr.min.css";
import { ChartPlugin } from "./chart.js";
import { GraphPlugin } from "./graph-plugin.js";

const place = document.getElementById("editor");
const settings = JSON.parse(place.dataset.settings);
const given = place.dataset.given === "true";
const query = document.getElementById("query").value;

let terms;
function known() {
  terms ??= fetch(settings.terms).then((answer) => answer.json());
  return terms;
}

for (const [name, get] of [
  ["prefixes", async () => Object.entries(settings.prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`)],
  ["class", async () => (await known()).classes.map((term) => term.iri)],
  ["property", async () => (await known()).properties.map((term) => term.iri)],
]) {
  Yasqe.forkAutocompleter(name, { name: `local-${name}`, get, bulk: true, persistenceId: null });
}
Yasqe.defaults.autocompleters = ["local-prefixes", "local-class", "local-property", "variables"];
Yasqe.defaults.prefixCcApi = null;
Yasr.registerPlugin("graph", GraphPlugin);
Yasr.registerPlugin("chart", ChartPlugin);

const editorPlace = document.createElement("div");
const resultsPlace = document.createElement("div");
resultsPlace.id = "results";
document.getElementById("plain-editor").replaceWith(editorPlace, resultsPlace);

const yasqe = new Yasqe(editorPlace, {
  value: query,
  persistenceId: given ? null : "graphsvc-query",
  consumeShareLink: given ? null : Yasqe.defaults.consumeShareLink,
  requestConfig: {
    endpoint: new URL(settings.endpoint, location.href).href,
    method: "POST",
    acceptHeaderGraph: "application/n-triples,*/*;q=0.5",
    acceptHeaderSelect: "application/sparql-results+json,*/*;q=0.5",
  },
  screenReaderLabel: "SPARQL query",
  editorHeight: "17rem",
});
if (given) yasqe.setValue(query);
// Escape lets people who have no mouse leave the editor, where Tab indents.
yasqe.addKeyMap({ Esc: () => document.querySelector(".yasqe_queryButton").focus() });
yasqe.getInputField().setAttribute("aria-label", "SPARQL query");

const yasr = new Yasr(resultsPlace, {
  persistenceId: null,
  prefixes: () => ({ ...settings.prefixes, ...yasqe.getPrefixesFromQuery() }),
  pluginOrder: ["table", "graph", "chart", "response"],
  defaultPlugin: "table",
});
yasqe.on("query", () => resultsPlace.setAttribute("aria-busy", "true"));
yasqe.on("queryResponse", (_editor, response, duration) => {
  resultsPlace.removeAttribute("aria-busy");
  yasr.setResponse(response instanceof Error ? message(response) : response, duration);
});
yasr.on("drawn", name_controls);

// A problem document (RFC 9457) as sentences.
function message(error) {
  try {
    const { title, detail, location } = JSON.parse(error.message);
    return new Error(`${title}. ${detail}${location ? `\n(${location})` : ""}`);
  } catch {
    return error;
  }
}

// Names for controls that the parts leave without one.
function name_controls() {
  for (const control of resultsPlace.querySelectorAll("input, select, button")) {
    if (!control.labels?.length && !control.getAttribute("aria-label") && !control.textContent.trim()) {
      control.setAttribute("aria-label", control.title || control.placeholder || control.className || control.type);
    }
  }
  for (const select of resultsPlace.querySelectorAll("select")) {
    if (!select.labels?.length && !select.getAttribute("aria-label")) select.setAttribute("aria-label", "Rows of a page");
  }
}
name_controls();
