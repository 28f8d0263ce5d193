// Terms of RDF as people read them: labels, short names, pages of this service, plain numbers.
const NUMBER = /#(integer|decimal|double|float|int|long|short|byte|(non)?(negative|positive)integer|unsigned\w+)$/i;
const DATE = /#(date|dateTime)$/;
const LABELS = 400; // Things whose labels are asked for at once.

export class Terms {
  constructor({ endpoint, prefixes, namespace, root }) {
    Object.assign(this, { endpoint, namespace, root });
    this.prefixes = Object.entries(prefixes).sort(([, one], [, other]) => other.length - one.length);
    this.labels = new Map();
    this.home = new URL(".", location.href).pathname;
  }

  // Has the labels of things at hand, as far as they have any.
  async learn(iris) {
    const unknown = [...new Set(iris)].filter((iri) => !this.labels.has(iri) && /^[^<>"{}|\\^`\s]+$/.test(iri)).slice(0, LABELS);
    if (!unknown.length) return;
    const query = `PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
      SELECT ?iri (MIN(STR(?name)) AS ?label) WHERE { VALUES ?iri { ${unknown.map((iri) => `<${iri}>`).join(" ")} }
      ?iri skos:prefLabel|rdfs:label ?name } GROUP BY ?iri`;
    const answer = await fetch(this.endpoint, { method: "POST", body: new URLSearchParams({ query }),
      headers: { Accept: "application/sparql-results+json" } });
    for (const iri of unknown) this.labels.set(iri, null);
    if (!answer.ok) return;
    for (const { iri, label } of (await answer.json()).results.bindings) this.labels.set(iri.value, label?.value ?? null);
  }

  // ji:Approach; the IRI where no prefix fits.
  short(iri) {
    for (const [prefix, namespace] of this.prefixes) {
      const local = iri.slice(namespace.length);
      if (iri.startsWith(namespace) && /^[\w.-]+$/.test(local)) return `${prefix}:${local}`;
    }
    return iri;
  }

  // Where this service shows a thing of its own, else where it is.
  address(iri) {
    const encoded = (text) => encodeURI(text).replace(/[?#]/g, encodeURIComponent);
    if (iri.startsWith(this.namespace)) return `${this.home}def#${encoded(iri.slice(this.namespace.length))}`;
    if (iri.startsWith(this.root)) return `${this.home}${encoded(iri.slice(this.root.length))}`;
    return /^https?:/.test(iri) ? iri : null;
  }

  isNumber(term) {
    return term.type !== "uri" && NUMBER.test(term.datatype ?? "");
  }

  // The IRIs that a term is, or that a text lists with spaces between them.
  iris(term) {
    if (term?.type === "uri") return [term.value];
    const parts = term?.type === "literal" ? term.value.trim().split(/\s+/) : [];
    return parts.every((part) => /^https?:\/\/[^<>"{}|\\^`]+$/.test(part)) ? parts : [];
  }

  // A term as a text: a label, 4,109, 3 March 2020.
  text(term) {
    if (!term) return "";
    const iris = this.iris(term);
    if (iris.length) return iris.map((iri) => this.labels.get(iri) ?? this.short(iri)).join("; ");
    if (term.type === "bnode") return `_:${term.value}`;
    if (this.isNumber(term)) return /^[+-]?\d+(\.\d+)?$/.test(term.value) ? Number(term.value).toLocaleString("en-GB", { maximumFractionDigits: 6 }) : term.value;
    if (DATE.test(term.datatype ?? "")) {
      const day = new Date(term.value.slice(0, 10));
      if (!Number.isNaN(day.valueOf())) return day.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
    }
    return term.value;
  }

  // A term as what a cell holds.
  cell(term) {
    const iris = this.iris(term);
    if (!iris.length) {
      const text = document.createTextNode(this.text(term));
      if (!term?.["xml:lang"]) return text;
      const span = document.createElement("span");
      span.lang = term["xml:lang"];
      span.append(text);
      return span;
    }
    const all = document.createElement("span");
    for (const iri of iris) all.append(...(all.hasChildNodes() ? [document.createElement("br")] : []), this.link(iri, iris.length === 1));
    return all;
  }

  // A link to a thing by its label, with its short name as well if it is alone.
  link(iri, alone) {
    const address = this.address(iri);
    const shown = document.createElement(address ? "a" : "span");
    const label = this.labels.get(iri);
    shown.textContent = label ?? this.short(iri);
    if (address) {
      shown.href = address;
      if (!address.startsWith("/")) Object.assign(shown, { className: "outside", rel: "external noopener noreferrer" });
    }
    if (!label || !alone) return shown;
    const both = document.createElement("span");
    const small = document.createElement("small");
    small.textContent = this.short(iri);
    both.append(shown, " ", small);
    return both;
  }
}

// The triples of N-Triples as rows, as results of a SELECT have them.
export function triples(text) {
  const rows = [];
  for (const line of text.split("\n")) {
    const found = /^(\S+) <([^>]*)> (.+) \.\s*$/.exec(line);
    if (found) rows.push({ subject: term(found[1]), property: { type: "uri", value: found[2] }, value: term(found[3]) });
  }
  return rows;
}

function term(text) {
  if (text.startsWith("<")) return { type: "uri", value: text.slice(1, -1) };
  if (text.startsWith("_:")) return { type: "bnode", value: text.slice(2) };
  const [, quoted, language, datatype] = /^("(?:[^"\\]|\\.)*")(?:@([\w-]+)|\^\^<([^>]*)>)?$/.exec(text) ?? [null, JSON.stringify(text)];
  return { type: "literal", value: JSON.parse(quoted.replace(/\\U([0-9A-Fa-f]{8})/g, (_, code) => String.fromCodePoint(parseInt(code, 16))).replace(/\\'/g, "'")), "xml:lang": language, datatype };
}
