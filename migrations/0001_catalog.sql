-- The catalog of a library: what was seen, what was derived from it, what a person decided. Truth is here.
-- Ids are UUIDv7 text, times UTC milliseconds, paths bytes as the file system gave them, words {code, params} as JSON.

-- One row: what the library is. The key makes equal values comparable without storing them; it is erased with the library.
CREATE TABLE library (
    id          TEXT PRIMARY KEY,
    created_at  INTEGER NOT NULL,
    value_key   BLOB NOT NULL
) STRICT;

-- Who decides: a person of this library, or a policy version.
CREATE TABLE actors (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('person', 'policy')),
    name        TEXT NOT NULL,
    version     TEXT NOT NULL DEFAULT '',
    created_at  INTEGER NOT NULL,
    UNIQUE (kind, name, version)
) STRICT;

-- What is asked of an asset. Answers are a JSON list; empty when the answer is a verdict.
CREATE TABLE questions (
    id          TEXT PRIMARY KEY,
    guideline   TEXT NOT NULL,
    answers     TEXT NOT NULL DEFAULT '[]',
    created_at  INTEGER NOT NULL
) STRICT;

-- Folders that were added. A loose one only holds files that were added one by one.
CREATE TABLE folders (
    id          TEXT PRIMARY KEY,
    path        BLOB NOT NULL UNIQUE,
    display     TEXT NOT NULL,
    loose       INTEGER NOT NULL CHECK (loose IN (0, 1)),
    added_at    INTEGER NOT NULL,
    last_scan   INTEGER,
    unavailable INTEGER NOT NULL DEFAULT 0 CHECK (unavailable IN (0, 1))
) STRICT;

-- One distinct content. The hash is null until the bytes could be read once.
CREATE TABLE assets (
    id             TEXT PRIMARY KEY,
    hash           BLOB UNIQUE,
    bytes          INTEGER NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('text','table','web','image','pdf','office','mail','archive','sound','video','empty','other')),
    media_type     TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('pending','ready','partial','unread','locked','missing','failed')),
    -- The state the reading ended in, to come back to when a missing asset is found again.
    read_state     TEXT NOT NULL DEFAULT 'pending',
    failure_code   TEXT,
    failure_params TEXT,
    language       TEXT,
    added_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX assets_by_added ON assets (added_at, id);
CREATE INDEX assets_by_state ON assets (state);

-- Where an asset's bytes are: in a folder, or inside another asset. A location without an asset is seen but not read yet.
CREATE TABLE locations (
    id            TEXT PRIMARY KEY,
    asset_id      TEXT REFERENCES assets (id),
    folder_id     TEXT REFERENCES folders (id),
    path          BLOB,
    parent_asset  TEXT REFERENCES assets (id),
    member        BLOB,
    display       TEXT NOT NULL,
    size          INTEGER NOT NULL,
    mtime_ns      INTEGER NOT NULL,
    first_seen    INTEGER NOT NULL,
    last_seen     INTEGER NOT NULL,
    missing_since INTEGER,
    -- The asset that stood here before the file was edited.
    replaces      TEXT REFERENCES assets (id),
    UNIQUE (folder_id, path),
    UNIQUE (parent_asset, member),
    CHECK ((folder_id IS NOT NULL AND path IS NOT NULL AND parent_asset IS NULL AND member IS NULL)
        OR (folder_id IS NULL AND path IS NULL AND parent_asset IS NOT NULL AND member IS NOT NULL))
) STRICT;
CREATE INDEX locations_by_asset ON locations (asset_id);
CREATE INDEX locations_replacing ON locations (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX locations_in_folder ON locations (folder_id, missing_since, asset_id);

-- A persisted unit of work. The key is idempotence.
CREATE TABLE jobs (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('scan','ingest','decode','ocr','detect')),
    subject      TEXT NOT NULL,
    fingerprint  TEXT NOT NULL,
    lane         TEXT NOT NULL CHECK (lane IN ('io','decode','ocr')),
    params       BLOB,
    state        TEXT NOT NULL CHECK (state IN ('queued','running','done','failed','parked')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    crashes      INTEGER NOT NULL DEFAULT 0,
    not_before   INTEGER NOT NULL DEFAULT 0,
    lease_owner  TEXT,
    lease_until  INTEGER,
    error_code   TEXT,
    error_params TEXT,
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    UNIQUE (kind, subject, fingerprint)
) STRICT;
CREATE INDEX jobs_waiting ON jobs (lane, crashes, created_at, id) WHERE state = 'queued';
CREATE INDEX jobs_due ON jobs (lane, not_before) WHERE state = 'queued';
CREATE INDEX jobs_by_subject ON jobs (subject, state);
CREATE INDEX jobs_by_state ON jobs (state) WHERE state <> 'done';

-- One attempt at a job that changed something. The digest is of everything it wrote.
CREATE TABLE runs (
    id            TEXT PRIMARY KEY,
    job_id        TEXT NOT NULL REFERENCES jobs (id),
    stage         TEXT NOT NULL,
    subject       TEXT NOT NULL,
    card          TEXT NOT NULL,
    input_hash    BLOB,
    output_digest BLOB NOT NULL,
    started_at    INTEGER NOT NULL,
    ended_at      INTEGER NOT NULL
) STRICT;

-- Remarks on how an asset was read. One live generation per (asset, stage).
CREATE TABLE asset_notes (
    asset_id TEXT NOT NULL REFERENCES assets (id),
    run_id   TEXT NOT NULL REFERENCES runs (id),
    stage    TEXT NOT NULL,
    code     TEXT NOT NULL,
    params   TEXT NOT NULL,
    PRIMARY KEY (asset_id, stage, code)
) STRICT, WITHOUT ROWID;

-- Facts read out of a file, as text.
CREATE TABLE properties (
    asset_id TEXT NOT NULL REFERENCES assets (id),
    run_id   TEXT NOT NULL REFERENCES runs (id),
    key      TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (asset_id, key)
) STRICT, WITHOUT ROWID;

-- Derived pictures. The rows are truth, the files in renditions/ a cache that can be made again.
CREATE TABLE renditions (
    id         TEXT PRIMARY KEY,
    asset_id   TEXT NOT NULL REFERENCES assets (id),
    run_id     TEXT NOT NULL REFERENCES runs (id),
    kind       TEXT NOT NULL CHECK (kind IN ('thumbnail','preview','page')),
    page       INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    UNIQUE (asset_id, kind, page)
) STRICT;

-- Text taken out of an asset by a named tool. An empty text is an answer too. superseded_by names the newer run.
CREATE TABLE extractions (
    id            TEXT PRIMARY KEY,
    asset_id      TEXT NOT NULL REFERENCES assets (id),
    run_id        TEXT NOT NULL REFERENCES runs (id),
    stage         TEXT NOT NULL,
    tool          TEXT NOT NULL,
    text          TEXT NOT NULL,
    text_hash     BLOB NOT NULL,
    characters    INTEGER NOT NULL,
    confidence    REAL,
    spans         TEXT NOT NULL,
    superseded_by TEXT REFERENCES runs (id)
) STRICT;
CREATE INDEX extractions_by_asset ON extractions (asset_id);

-- A span of an extraction: the unit of search. Cut without regard to any embedder.
CREATE TABLE chunks (
    number        INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    asset_id      TEXT NOT NULL REFERENCES assets (id),
    extraction_id TEXT NOT NULL REFERENCES extractions (id),
    start         INTEGER NOT NULL,
    "end"         INTEGER NOT NULL,
    page          INTEGER
) STRICT;
CREATE INDEX chunks_by_asset ON chunks (asset_id);
CREATE INDEX chunks_by_extraction ON chunks (extraction_id);

-- Full text, by chunk number; written in the same transaction as the text.
CREATE VIRTUAL TABLE chunk_words USING fts5 (text, tokenize = "unicode61 remove_diacritics 2");
-- File names, by the row number of their location.
CREATE VIRTUAL TABLE name_words USING fts5 (name, location UNINDEXED, tokenize = "unicode61 remove_diacritics 2");

-- What a model proposes. Only models insert here.
CREATE TABLE suggestions (
    id            TEXT PRIMARY KEY,
    asset_id      TEXT NOT NULL REFERENCES assets (id),
    run_id        TEXT NOT NULL REFERENCES runs (id),
    question_id   TEXT NOT NULL REFERENCES questions (id),
    answer        TEXT NOT NULL,
    score         REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    calibrated    INTEGER NOT NULL CHECK (calibrated IN (0, 1)),
    evidence      TEXT,
    card          TEXT NOT NULL,
    superseded_by TEXT REFERENCES runs (id)
) STRICT;
CREATE INDEX suggestions_by_asset ON suggestions (asset_id);

-- A detected piece of sensitive data, one occurrence: a span, never a copy. Equal values have an equal value_hash.
CREATE TABLE findings (
    id            TEXT PRIMARY KEY,
    asset_id      TEXT NOT NULL REFERENCES assets (id),
    run_id        TEXT NOT NULL REFERENCES runs (id),
    extraction_id TEXT NOT NULL REFERENCES extractions (id),
    entity        TEXT NOT NULL,
    start         INTEGER NOT NULL,
    "end"         INTEGER NOT NULL,
    page          INTEGER,
    boxes         TEXT NOT NULL DEFAULT '[]',
    score         REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    recogniser    TEXT NOT NULL,
    value_hash    BLOB NOT NULL,
    severity      REAL NOT NULL CHECK (severity BETWEEN 0 AND 1),
    route         TEXT NOT NULL CHECK (route IN ('ask','record')),
    blocks        INTEGER NOT NULL CHECK (blocks IN (0, 1)),
    item_id       TEXT REFERENCES review_items (id),
    superseded_by TEXT REFERENCES runs (id)
) STRICT;
CREATE INDEX findings_by_asset ON findings (asset_id);
CREATE INDEX findings_by_item ON findings (item_id);

-- An open question for a person. The topic is what it is about: a value hash, a group, a stage.
CREATE TABLE review_items (
    id            TEXT PRIMARY KEY,
    asset_id      TEXT NOT NULL REFERENCES assets (id),
    run_id        TEXT NOT NULL REFERENCES runs (id),
    question_id   TEXT NOT NULL REFERENCES questions (id),
    kind          TEXT NOT NULL CHECK (kind IN ('label','finding','extraction','duplicate')),
    topic         TEXT NOT NULL,
    reason_code   TEXT NOT NULL,
    reason_params TEXT NOT NULL,
    priority      REAL NOT NULL CHECK (priority BETWEEN 0 AND 1),
    blocks        INTEGER NOT NULL CHECK (blocks IN (0, 1)),
    state         TEXT NOT NULL CHECK (state IN ('open','deferred','decided','withdrawn')),
    policy        TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    UNIQUE (asset_id, question_id, topic)
) STRICT;
CREATE INDEX review_queue ON review_items (state, priority DESC, created_at, id);
CREATE INDEX review_counts ON review_items (state, kind, blocks);
CREATE INDEX review_by_asset ON review_items (asset_id);
CREATE INDEX review_by_topic ON review_items (topic, state);

-- One verdict. Append-only; shown is what the person saw (spans and scores, no copies). One act may hold several.
CREATE TABLE decisions (
    id          TEXT PRIMARY KEY,
    act_id      TEXT NOT NULL,
    item_id     TEXT NOT NULL REFERENCES review_items (id),
    asset_id    TEXT NOT NULL REFERENCES assets (id),
    question_id TEXT NOT NULL REFERENCES questions (id),
    actor_id    TEXT NOT NULL REFERENCES actors (id),
    verdict     TEXT NOT NULL CHECK (verdict IN ('accepted','corrected','redacted','rejected','deferred')),
    value       TEXT,
    policy      TEXT NOT NULL,
    shown       TEXT NOT NULL,
    took_ms     INTEGER,
    decided_at  INTEGER NOT NULL,
    CHECK ((verdict = 'corrected') = (value IS NOT NULL))
) STRICT;
CREATE INDEX decisions_by_item ON decisions (item_id);
CREATE INDEX decisions_by_asset ON decisions (asset_id, question_id);
CREATE INDEX decisions_by_act ON decisions (act_id);

-- A decision that was taken back. Append-only.
CREATE TABLE reversals (
    decision_id TEXT PRIMARY KEY REFERENCES decisions (id),
    actor_id    TEXT NOT NULL REFERENCES actors (id),
    reversed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is now held to be true: a projection of the decisions that stand.
CREATE TABLE annotations (
    id          TEXT PRIMARY KEY,
    asset_id    TEXT NOT NULL REFERENCES assets (id),
    question_id TEXT NOT NULL REFERENCES questions (id),
    item_id     TEXT NOT NULL REFERENCES review_items (id),
    decision_id TEXT NOT NULL UNIQUE REFERENCES decisions (id),
    answer      TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX annotations_by_asset ON annotations (asset_id);

-- This row was derived from that row by that run (or decision).
CREATE TABLE lineage (
    child       TEXT NOT NULL,
    child_kind  TEXT NOT NULL,
    parent      TEXT NOT NULL,
    parent_kind TEXT NOT NULL,
    run_id      TEXT,
    PRIMARY KEY (child, parent)
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_down ON lineage (parent, child);

-- Something that happened, chained by hash. A commitment binds what was written without telling it.
CREATE TABLE audit_events (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    code       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    reference  TEXT NOT NULL,
    commitment BLOB NOT NULL,
    previous   BLOB NOT NULL,
    hash       BLOB NOT NULL
) STRICT;
CREATE INDEX audit_by_reference ON audit_events (reference);
CREATE TRIGGER audit_events_keep BEFORE DELETE ON audit_events BEGIN SELECT RAISE (ABORT, 'audit events are never deleted'); END;
CREATE TRIGGER audit_events_fixed BEFORE UPDATE ON audit_events BEGIN SELECT RAISE (ABORT, 'audit events are never changed'); END;

-- The salt of a subject's commitments; erasing it makes them mute, and the chain still verifies.
CREATE TABLE audit_salts (
    subject TEXT PRIMARY KEY,
    salt    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- How many events there must be at least, and the last hash: a cut tail shows.
CREATE TABLE audit_head (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    events INTEGER NOT NULL,
    hash   BLOB NOT NULL
) STRICT;
