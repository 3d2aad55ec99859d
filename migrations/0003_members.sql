-- Every file, page and member: what is found in containers, texts page by page, frames of films. Runs with foreign keys off; they are
-- checked after it.

-- More kinds of jobs.
CREATE TABLE jobs_2 (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('scan','ingest','decode','expand','ocr','sound','transcribe','detect','embed','label','compare','frames')),
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
    -- What the job is about besides its subject: 'page:3' or 'frame:12'; null when it is about the whole.
    part         TEXT,
    UNIQUE (kind, subject, fingerprint)
) STRICT;
INSERT INTO jobs_2 SELECT *, NULL FROM jobs;
DROP TABLE jobs;
ALTER TABLE jobs_2 RENAME TO jobs;
CREATE INDEX jobs_waiting ON jobs (lane, crashes, created_at, id) WHERE state = 'queued';
CREATE INDEX jobs_due ON jobs (lane, not_before) WHERE state = 'queued';
CREATE INDEX jobs_by_subject ON jobs (subject, state);
CREATE INDEX jobs_by_state ON jobs (state) WHERE state <> 'done';

-- Derived pictures and sound. The rows are truth, the files in renditions/ a cache that can be made again. One without bytes is
-- made when somebody looks at it.
CREATE TABLE renditions_2 (
    id         TEXT PRIMARY KEY,
    asset_id   TEXT NOT NULL REFERENCES assets (id),
    run_id     TEXT NOT NULL REFERENCES runs (id),
    kind       TEXT NOT NULL CHECK (kind IN ('thumbnail','preview','page','sound','waveform','frame')),
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

-- The page a text was read from, from 1 (of a film: the second); 0 when it is of the whole. One live text for each asset, stage and page.
ALTER TABLE extractions ADD COLUMN page INTEGER NOT NULL DEFAULT 0;
UPDATE extractions SET page = 1 WHERE stage = 'ocr';
CREATE UNIQUE INDEX one_live_text ON extractions (asset_id, stage, page) WHERE superseded_by IS NULL;

-- Something in this container was left out, because of a limit or because it is damaged.
ALTER TABLE assets ADD COLUMN members_cut INTEGER NOT NULL DEFAULT 0 CHECK (members_cut IN (0, 1));

-- Remarks on how an asset, or a page of it, was read. One live generation for each asset, stage and page.
CREATE TABLE asset_notes_2 (
    asset_id TEXT NOT NULL REFERENCES assets (id),
    -- Null when no run came to an end, and the note says why.
    run_id   TEXT REFERENCES runs (id),
    stage    TEXT NOT NULL,
    page     INTEGER NOT NULL,
    code     TEXT NOT NULL,
    params   TEXT NOT NULL,
    PRIMARY KEY (asset_id, stage, page, code, params)
) STRICT, WITHOUT ROWID;
INSERT INTO asset_notes_2 SELECT asset_id, run_id, stage, CASE stage WHEN 'ocr' THEN 1 ELSE 0 END, code, params FROM asset_notes;
DROP TABLE asset_notes;
ALTER TABLE asset_notes_2 RENAME TO asset_notes;

-- Which assets are nearly the same.

-- 64 bits of a picture, as hexadecimal digits: few of them differ between pictures that look alike.
CREATE TABLE looks (
    asset_id TEXT PRIMARY KEY REFERENCES assets (id),
    run_id   TEXT NOT NULL REFERENCES runs (id),
    look     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What an asset is compared by with others of the same measure. A group is named by its oldest asset; null: it is like no other.
CREATE TABLE signatures (
    number    INTEGER PRIMARY KEY,
    asset_id  TEXT NOT NULL UNIQUE REFERENCES assets (id),
    run_id    TEXT NOT NULL REFERENCES runs (id),
    measure   TEXT NOT NULL CHECK (measure IN ('text','picture')),
    signature BLOB NOT NULL,
    group_id  TEXT REFERENCES assets (id)
) STRICT;
CREATE INDEX signatures_by_group ON signatures (group_id, asset_id) WHERE group_id IS NOT NULL;

-- Parts of signatures: two that are near have one in common. The key is a hash of the part.
CREATE TABLE signature_parts (
    key    INTEGER NOT NULL,
    number INTEGER NOT NULL REFERENCES signatures (number),
    PRIMARY KEY (key, number)
) STRICT, WITHOUT ROWID;

-- The ids of messages that a message's headers name, its own among them: messages with one in common are of one thread.
-- They come and go with the properties they are taken from.
CREATE TABLE message_links (
    asset_id TEXT NOT NULL,
    key      TEXT NOT NULL,
    message  TEXT NOT NULL,
    PRIMARY KEY (asset_id, key, message),
    FOREIGN KEY (asset_id, key) REFERENCES properties (asset_id, key) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX message_links_by_message ON message_links (message);
