-- Hearing, meaning and watching: sound, embeddings and their outbox, watched folders. Runs with foreign keys off; they are checked after it.

-- More kinds of jobs, on more lanes.
CREATE TABLE jobs_2 (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('scan','ingest','decode','ocr','sound','transcribe','detect','embed','label')),
    subject      TEXT NOT NULL,
    fingerprint  TEXT NOT NULL,
    lane         TEXT NOT NULL CHECK (lane IN ('io','decode','ocr','speech','embed')),
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
INSERT INTO jobs_2 SELECT * FROM jobs;
DROP TABLE jobs;
ALTER TABLE jobs_2 RENAME TO jobs;
CREATE INDEX jobs_waiting ON jobs (lane, crashes, created_at, id) WHERE state = 'queued';
CREATE INDEX jobs_due ON jobs (lane, not_before) WHERE state = 'queued';
CREATE INDEX jobs_by_subject ON jobs (subject, state);
CREATE INDEX jobs_by_state ON jobs (state) WHERE state <> 'done';

-- Derived pictures and sound. The rows are truth, the files in renditions/ a cache that can be made again.
CREATE TABLE renditions_2 (
    id         TEXT PRIMARY KEY,
    asset_id   TEXT NOT NULL REFERENCES assets (id),
    run_id     TEXT NOT NULL REFERENCES runs (id),
    kind       TEXT NOT NULL CHECK (kind IN ('thumbnail','preview','page','sound','waveform')),
    page       INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    UNIQUE (asset_id, kind, page)
) STRICT;
INSERT INTO renditions_2 SELECT * FROM renditions;
DROP TABLE renditions;
ALTER TABLE renditions_2 RENAME TO renditions;

-- An open question for a person. Without a run it was the person who raised it.
CREATE TABLE review_items_2 (
    id            TEXT PRIMARY KEY,
    asset_id      TEXT NOT NULL REFERENCES assets (id),
    run_id        TEXT REFERENCES runs (id),
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
INSERT INTO review_items_2 SELECT * FROM review_items;
DROP TABLE review_items;
ALTER TABLE review_items_2 RENAME TO review_items;
CREATE INDEX review_queue ON review_items (state, priority DESC, created_at, id);
CREATE INDEX review_counts ON review_items (state, kind, blocks);
CREATE INDEX review_by_asset ON review_items (asset_id);
CREATE INDEX review_by_topic ON review_items (topic, state);

-- What a long recording said so far, a stretch at a time; gone once the whole is an extraction.
CREATE TABLE transcript_parts (
    asset_id    TEXT NOT NULL REFERENCES assets (id),
    fingerprint TEXT NOT NULL,
    part        INTEGER NOT NULL,
    until       REAL NOT NULL,
    heard       TEXT NOT NULL,
    run_id      TEXT NOT NULL REFERENCES runs (id),
    PRIMARY KEY (asset_id, fingerprint, part)
) STRICT, WITHOUT ROWID;

-- BLAKE3 of a chunk's text: the key of its embedding. Null until an older library was gone through. Times are seconds of sound.
ALTER TABLE chunks ADD COLUMN text_hash BLOB;
ALTER TABLE chunks ADD COLUMN t0 REAL;
ALTER TABLE chunks ADD COLUMN t1 REAL;
CREATE INDEX chunks_by_hash ON chunks (text_hash);

-- One model card in one version. Only the active one is searched; shadows are older or still being filled.
CREATE TABLE spaces (
    id         TEXT PRIMARY KEY,
    card       TEXT NOT NULL UNIQUE,
    dimensions INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('active','shadow')),
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_active_space ON spaces (state) WHERE state = 'active';

-- The vector of a text in a space: little-endian 16-bit floats. Equal texts share it.
CREATE TABLE embeddings (
    space_id  TEXT NOT NULL REFERENCES spaces (id),
    text_hash BLOB NOT NULL,
    vector    BLOB NOT NULL,
    run_id    TEXT REFERENCES runs (id),
    PRIMARY KEY (space_id, text_hash)
) STRICT, WITHOUT ROWID;

-- What the vector index has still to be told, in order. Written in the transaction of the chunk.
CREATE TABLE outbox (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    space_id TEXT NOT NULL REFERENCES spaces (id),
    chunk_id TEXT NOT NULL,
    action   TEXT NOT NULL CHECK (action IN ('put','remove')),
    -- A chunk is put once its text has a vector; until then its entry waits.
    ready    INTEGER NOT NULL CHECK (ready IN (0, 1)),
    UNIQUE (space_id, chunk_id)
) STRICT;
CREATE INDEX outbox_ready ON outbox (space_id, seq) WHERE ready = 1;

-- Folders that are followed. Which directory a folder was at its last scan tells a mount point without its drive from one that
-- was emptied.
ALTER TABLE folders ADD COLUMN watched_since INTEGER;
ALTER TABLE folders ADD COLUMN device INTEGER;
ALTER TABLE folders ADD COLUMN inode INTEGER;
