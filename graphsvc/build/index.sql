-- The index of a release, which graphsvc.build.index writes and graphsvc.index reads.
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE things(id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, label TEXT, class TEXT,
                    note TEXT, quiet INTEGER NOT NULL, links INTEGER NOT NULL,
                    classes TEXT NOT NULL, schemes TEXT NOT NULL);
CREATE TABLE names(folded TEXT, rank INTEGER, thing INTEGER, name TEXT,
                   PRIMARY KEY(folded, rank, thing, name)) WITHOUT ROWID;
CREATE TABLE words(word TEXT PRIMARY KEY, times INTEGER, small INTEGER) WITHOUT ROWID;
CREATE TABLE classes(class TEXT, above TEXT, PRIMARY KEY(class, above)) WITHOUT ROWID;
CREATE TABLE facets(thing INTEGER, property TEXT, value TEXT,
                    PRIMARY KEY(property, value, thing)) WITHOUT ROWID;
CREATE TABLE broader(narrower INTEGER, broader INTEGER,
                     PRIMARY KEY(narrower, broader)) WITHOUT ROWID;
CREATE TABLE places(iri TEXT PRIMARY KEY, document TEXT, part_of TEXT, line INTEGER,
                    ordinal INTEGER, paragraph INTEGER, first TEXT, last TEXT, starts INTEGER,
                    copy TEXT, page TEXT,
                    is_html INTEGER NOT NULL,
                    aside INTEGER NOT NULL, bears INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE texts USING fts5(label, names, body, forms,
    tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3');
CREATE INDEX facets_of ON facets(thing);
CREATE INDEX narrower ON broader(broader);
