// The answer to a query: a table with labels, bars, a drawing, the words of the service.
import { Chart, measured, named } from "./chart.js";
import { Graph } from "./graph.js";
import { make } from "./make.js";
import { triples } from "./terms.js";

const PAGE = 100;
const DRAWN = 400;
const LONG = 80;
const LABEL = /(#|\/)(prefLabel|label|title)$/;
const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

export class Results {
  // save: writes a chart as a file of an ending.
  constructor(place, terms, save) {
    Object.assign(this, { place, terms, save });
    this.view = "Table";
    this.status = make("p", { className: "total", attributes: { role: "status" } });
    this.tabs = make("div", { className: "tabs", attributes: { role: "group", "aria-label": "Views of the answer" } });
    this.body = make("div", { className: "answer-body" });
    place.append(make("div", { className: "results-head" }, this.status, this.tabs), this.body);
  }

  waiting() {
    this.place.setAttribute("aria-busy", "true");
    this.status.textContent = "The query is running …";
  }

  error(sentence, place) {
    this.place.removeAttribute("aria-busy");
    this.tabs.replaceChildren();
    this.status.textContent = "There is no answer.";
    this.body.replaceChildren(make("p", { className: "problem", attributes: { role: "alert" } }, sentence, ...(place ? [make("br"), `(${place})`] : [])));
  }

  // text: the answer in a format of results or of triples; seconds: how long it took.
  async show(text, type, seconds) {
    this.text = text;
    const graph = !type.includes("sparql-results");
    const parsed = graph ? null : JSON.parse(text);
    this.place.removeAttribute("aria-busy");
    this.sorted = null;
    this.filter = "";
    this.views = {};
    if (parsed && "boolean" in parsed) {
      this.rows = [];
      this.status.textContent = `${parsed.boolean ? "Yes" : "No"}. ${seconds} s`;
      this.views.Response = () => this.response();
    } else {
      this.rows = graph ? triples(text) : parsed.results.bindings;
      this.names = graph ? ["subject", "property", "value"] : parsed.head.vars;
      const count = this.rows.length;
      this.status.textContent = `${count.toLocaleString("en-GB")} ${graph ? "statement" : "row"}${count === 1 ? "" : "s"}, ${seconds} s`;
      await this.terms.learn(this.rows.slice(0, PAGE).flatMap((row) => Object.values(row)).flatMap((one) => this.terms.iris(one)));
      if (count) this.views.Table = () => this.table();
      const numbers = graph ? [] : measured(this.names, this.rows, (one) => this.terms.isNumber(one));
      if (numbers.length) this.views.Chart = () => this.chart(numbers);
      if (graph && this.rows.some(({ value }) => value.type === "uri")) this.views.Graph = () => this.graph();
      this.views.Response = () => this.response();
    }
    const names = Object.keys(this.views);
    if (!names.includes(this.view)) this.view = names[0];
    this.tabs.replaceChildren(...names.map((name) => {
      const tab = make("button", { type: "button" }, name);
      tab.addEventListener("click", () => this.open(name));
      return tab;
    }));
    this.open(this.view);
    if (!this.rows.length && !(parsed && "boolean" in parsed)) this.body.replaceChildren(make("p", {}, "The query is right, and nothing in the data fits it. Check the names in it, or take a condition out."));
  }

  open(name) {
    this.view = name;
    for (const tab of this.tabs.children) tab.setAttribute("aria-pressed", String(tab.textContent === name));
    this.views[name]();
  }

  table() {
    const filter = make("input", { type: "search", id: "rows-filter", value: this.filter });
    const rows = make("tbody");
    const more = make("button", { type: "button", className: "quiet" });
    const heads = this.names.map((name) => {
      const sort = make("button", { type: "button" }, name);
      const head = make("th", { scope: "col" }, sort);
      sort.addEventListener("click", () => {
        this.sorted = { name, down: this.sorted?.name === name && !this.sorted.down };
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", this.sorted.down ? "descending" : "ascending");
        fill(PAGE);
      });
      return head;
    });
    const numeric = new Set(this.names.filter((name) => this.rows.some((row) => row[name]) && this.rows.every((row) => !row[name] || this.terms.isNumber(row[name]))));
    this.names.forEach((name, at) => heads[at].classList.toggle("number", numeric.has(name)));
    const fill = async (count) => {
      const found = this.fitting();
      const shown = found.slice(0, count);
      await this.terms.learn(shown.flatMap((row) => Object.values(row)).flatMap((one) => this.terms.iris(one)));
      rows.replaceChildren(...shown.map((row) => make("tr", {}, ...this.names.map((name) => make("td", { className: numeric.has(name) ? "number" : "" }, this.cell(row[name]))))));
      more.hidden = found.length <= count;
      // Only what is too wide for the page has a window of its own, whose bar is then in sight.
      table.parentElement.classList.remove("wide");
      table.parentElement.classList.toggle("wide", table.offsetWidth > table.parentElement.clientWidth);
      more.textContent = `Show ${Math.min(PAGE, found.length - count)} more of ${found.length.toLocaleString("en-GB")}`;
      more.onclick = () => fill(count + PAGE);
    };
    const table = make("table", {}, make("caption", { className: "hidden" }, "Answer to the query"), make("thead", {}, make("tr", {}, ...heads)), rows);
    filter.addEventListener("input", () => { this.filter = filter.value; fill(PAGE); });
    this.body.replaceChildren(
      ...(this.rows.length > 8 ? [make("div", { className: "bar" }, make("label", { htmlFor: "rows-filter" }, "Rows with"), filter)] : []),
      make("div", { className: "scroll", tabIndex: 0, attributes: { role: "region", "aria-label": "Answer" } }, table), more);
    fill(PAGE);
  }

  // What is long shows its first lines, and all when it is pressed.
  cell(term) {
    const cell = this.terms.cell(term);
    return term?.type === "literal" && term.value.length > LONG ? make("div", { className: "long", tabIndex: 0 }, cell) : cell;
  }

  // The rows with what is looked for, in the order that was chosen.
  fitting() {
    const wanted = this.filter.trim().toLowerCase();
    const found = wanted ? this.rows.filter((row) => Object.values(row).some((one) => `${this.terms.text(one)} ${one.value}`.toLowerCase().includes(wanted))) : [...this.rows];
    if (!this.sorted) return found;
    const { name, down } = this.sorted;
    const key = (row) => (row[name] && this.terms.isNumber(row[name]) ? Number(row[name].value) : this.terms.text(row[name]).toLowerCase());
    const order = (one, other) => (typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other)));
    return found.sort((one, other) => (down ? -1 : 1) * order(key(one), key(other)));
  }

  // Bars of a column of numbers, each with what other columns call it.
  chart(numbers) {
    const shown = (one) => this.terms.text(one);
    const choose = (title, names, chosen) => {
      const select = make("select", { attributes: { "aria-label": title } }, ...names.map((name) => new Option(name, name, false, name === chosen)));
      select.addEventListener("change", () => draw());
      return select;
    };
    const others = this.names.filter((name) => !this.rows.some((row) => this.terms.iris(row[name]).length > 1));
    const [first, second] = named(others.filter((name) => name !== numbers[0]), this.rows, shown);
    const number = choose("Length of the bars", numbers, numbers[0]);
    const label = choose("Name of the bars", others, first);
    const more = choose("Further name of the bars", ["–", ...others], second ?? "–");
    const place = make("div");
    const draw = () => {
      const labels = [label.value, more.value].filter((name) => name !== "–");
      this.drawn = new Chart(this.rows, { number: number.value, labels }, shown);
      place.replaceChildren(this.drawn.figure());
    };
    const saves = ["svg", "png"].map((ending) => {
      const save = make("button", { type: "button", className: "quiet" }, `Save the chart (${ending.toUpperCase()})`);
      save.addEventListener("click", () => this.save(this.drawn, ending));
      return save;
    });
    this.body.replaceChildren(make("div", { className: "bar" }, "Bars of ", number, " by ", label, " and ", more, ...saves), place);
    draw();
  }

  graph() {
    const labels = new Map();
    const kinds = new Map();
    const edges = [];
    for (const { subject, property, value } of this.rows) {
      if (value.type === "literal") {
        if (LABEL.test(property.value)) labels.set(subject.value, value.value);
      } else if (property.value === TYPE) {
        kinds.set(subject.value, this.terms.text(value));
      } else if (edges.length < DRAWN) {
        edges.push({ source: subject.value, target: value.value, property: property.value, label: this.terms.text(property) });
      }
    }
    const ids = new Set(edges.flatMap((edge) => [edge.source, edge.target]));
    const nodes = [...ids].map((id) => ({ id, label: labels.get(id) ?? this.terms.text({ type: "uri", value: id }), kind: kinds.get(id) ?? "other" }));
    const canvas = make("div", { className: "canvas", attributes: { role: "img", "aria-label": `Drawing of ${nodes.length} things and ${edges.length} links; the table holds the same` } });
    this.body.replaceChildren(canvas);
    const graph = new Graph(canvas);
    graph.add(nodes, edges);
    graph.nameLinks();
    graph.layout();
  }

  response() {
    const long = this.text.length > 200_000;
    this.body.replaceChildren(make("pre", { tabIndex: 0 }, long ? `${this.text.slice(0, 200_000)}\n…` : this.text));
  }
}
