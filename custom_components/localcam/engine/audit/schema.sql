-- The audit log, version 1. docs/audit.md says what it proves. Only audit/ writes here, and only at the end.
--
-- What an entry says is its leaf, and nothing else: the hashes are over its bytes, and the other columns are read out of
-- it by SQLite itself.

-- Which log this is; exactly one row, written when the log is made.
CREATE TABLE meta (
  -- Always 1: holds the table at one row.
  id INTEGER PRIMARY KEY CHECK (id = 1),

  -- `localcam/` and 32 hexadecimal digits drawn when the log is made: the origin of its checkpoints.
  origin TEXT NOT NULL DEFAULT ('localcam/' || lower(hex(randomblob(16)))) CHECK (origin GLOB 'localcam/?*')
) STRICT;

INSERT INTO meta (id) VALUES (1);

-- One row for each deed, in the order in which they were logged.
CREATE TABLE entries (
  -- From 1, without gaps.
  seq INTEGER PRIMARY KEY CHECK (seq > 0),

  -- The entry as canonical JSON (leaf.py): action, actor_user_id, camera, clip, mono_us, outcome, reason,
  -- refresh_token_id, seq, utc_us.
  leaf TEXT NOT NULL CHECK (json_valid(leaf)),

  -- `hash` of the row before; of the first row, SHA-256 of the origin.
  prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),

  -- SHA-256(prev_hash || SHA-256(0x00 || leaf)).
  hash BLOB NOT NULL CHECK (length(hash) = 32),

  -- For filters only.
  action TEXT GENERATED ALWAYS AS (leaf ->> '$.action') VIRTUAL,
  actor_user_id TEXT GENERATED ALWAYS AS (leaf ->> '$.actor_user_id') VIRTUAL,
  camera TEXT GENERATED ALWAYS AS (leaf ->> '$.camera') VIRTUAL,
  clip TEXT GENERATED ALWAYS AS (leaf ->> '$.clip') VIRTUAL
) STRICT;

-- Who has seen a clip.
CREATE INDEX entries_by_clip ON entries (clip) WHERE clip IS NOT NULL;

-- The head, signed, each time it was.
CREATE TABLE checkpoints (
  -- The order in which they were made.
  position INTEGER PRIMARY KEY AUTOINCREMENT,

  -- C2SP tlog-checkpoint (checkpoint.py).
  note TEXT NOT NULL,

  -- The Merkle tree's complete subtrees at that size (merkle.py), so that it need not be built anew at each start;
  -- believed only where its root is the one that was signed.
  frontier BLOB NOT NULL
) STRICT;

-- Honest code cannot harm the log by mistake; against others there are the hashes.
CREATE TRIGGER entries_follow BEFORE INSERT ON entries
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entries)
BEGIN SELECT raise(ABORT, 'an entry may only be appended'); END;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT raise(ABORT, 'an entry stays'); END;
CREATE TRIGGER entries_hold BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'an entry is not changed'); END;
CREATE TRIGGER checkpoints_stay BEFORE DELETE ON checkpoints BEGIN SELECT raise(ABORT, 'a checkpoint stays'); END;
CREATE TRIGGER checkpoints_hold BEFORE UPDATE ON checkpoints
BEGIN SELECT raise(ABORT, 'a checkpoint is not changed'); END;
