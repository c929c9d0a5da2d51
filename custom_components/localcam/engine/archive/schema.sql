-- The catalogue of what LocalCam keeps, version 4.
--
-- docs/storage.md says where it lies, what must always hold (I1 to I6) and in which order things are written. What SQL
-- can hold of that, it holds here, in CHECKs and triggers, so that no caller can break it.
--
-- Only archive/ writes here, in one process and under one lock. Columns ending in _utc_s are seconds since 1970 UTC by
-- the wall clock, for people; columns ending in _at_s are seconds on the monotonic clock of the worker that recorded
-- the clip, of which only differences mean something; _bytes are bytes on disk. File names are relative to the storage
-- folder, with `/`. Every change of this file needs a new version and a step in migrations.py.

-- What this catalogue is; exactly one row, written when the catalogue is made.
CREATE TABLE meta (
  -- Always 1: holds the table at one row.
  id INTEGER PRIMARY KEY CHECK (id = 1),

  -- Names this catalogue for ever, 32 hexadecimal digits drawn when it is made.
  catalogue_uuid TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))) CHECK (length(catalogue_uuid) = 32),

  -- Names the storage folder whose files the rows speak of (with a spool: to which they are moved), so that a disk that
  -- was swapped or is not mounted can be told from an empty folder. Written by the station when it first uses a folder;
  -- null until then.
  folder_uuid TEXT CHECK (length(folder_uuid) > 0)
) STRICT;

INSERT INTO meta (id) VALUES (1);

-- One row for each clip that is kept. Inserted once its files lie on disk under their final names, never changed,
-- removed when the clip is deleted (then tombstones has a row, and garbage has its files until they are gone).
CREATE TABLE clips (
  -- ULID, given by the worker when the recording begins; also the name of the clip's files.
  clip_id TEXT PRIMARY KEY NOT NULL CHECK (length(clip_id) = 26 AND clip_id NOT GLOB '*[^0-9A-HJKMNP-TV-Z]*'),

  -- The camera, by the id of its config entry; the entry may be gone by now.
  camera_id TEXT NOT NULL CHECK (length(camera_id) > 0),

  -- Wall time of the first picture, by the worker's machine.
  started_utc_s REAL NOT NULL,

  -- Length in seconds, measured in media time.
  duration_s REAL NOT NULL CHECK (duration_s >= 0),

  -- Seconds from the clip's start to the motion that caused it; 0 where the clip continues a longer one.
  motion_offset_s REAL NOT NULL,

  -- Why it was recorded (values.ClipReason).
  reason TEXT NOT NULL CHECK (reason IN ('motion', 'requested', 'missed')),

  -- Why it ends where it does (values.ClipEnd).
  ended_because TEXT NOT NULL CHECK (ended_because IN (
    'complete', 'longest', 'source_lost', 'format_changed', 'stopped', 'storage_full', 'salvaged')),

  -- What moved, as the detector saw it (values.Kind); what the owner says stands in verdicts.
  kind TEXT NOT NULL CHECK (kind IN (
    'person', 'pet', 'light', 'shadow', 'screen', 'curtain', 'camera_moved', 'noise', 'other')),

  -- Of the strongest moment, 0 to 1; 0 where no motion was measured.
  score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),

  -- The clip's file.
  video_name TEXT NOT NULL UNIQUE CHECK (video_name GLOB '?*.lcv'),

  -- Its size on disk, by which the quota counts.
  video_bytes INTEGER NOT NULL CHECK (video_bytes > 0),

  -- SHA-256 of the bytes on disk, hexadecimal.
  video_sha256 TEXT NOT NULL CHECK (length(video_sha256) = 64 AND video_sha256 NOT GLOB '*[^0-9a-f]*'),

  -- The picture of the strongest moment; null where no picture could be made, then the next two are null as well.
  thumbnail_name TEXT UNIQUE CHECK (thumbnail_name GLOB '?*.lct'),

  -- Its size on disk; null without a thumbnail.
  thumbnail_bytes INTEGER CHECK (thumbnail_bytes > 0),

  -- SHA-256 of the thumbnail's bytes on disk, hexadecimal; null without a thumbnail.
  thumbnail_sha256 TEXT CHECK (length(thumbnail_sha256) = 64 AND thumbnail_sha256 NOT GLOB '*[^0-9a-f]*'),

  -- What moved in that moment, drawn over it; null where no motion was measured, then the next two are null as well.
  explanation_name TEXT UNIQUE CHECK (explanation_name GLOB '?*.lce'),

  -- Its size on disk; null without an explanation.
  explanation_bytes INTEGER CHECK (explanation_bytes > 0),

  -- SHA-256 of the explanation's bytes on disk, hexadecimal; null without an explanation.
  explanation_sha256 TEXT CHECK (length(explanation_sha256) = 64 AND explanation_sha256 NOT GLOB '*[^0-9a-f]*'),

  -- libav's name of the video codec: h264, hevc.
  codec TEXT NOT NULL CHECK (length(codec) > 0),

  -- Width of the picture in pixels; 0 where it was never known.
  width_px INTEGER NOT NULL CHECK (width_px >= 0),

  -- Height of the picture in pixels; 0 where it was never known.
  height_px INTEGER NOT NULL CHECK (height_px >= 0),

  -- 1 where the file has sound, else 0.
  has_audio INTEGER NOT NULL CHECK (has_audio IN (0, 1)),

  -- The clip of which this one is the seamless continuation; null where it is none. That clip may have been deleted.
  continues_clip_id TEXT CHECK (length(continues_clip_id) = 26),

  -- What deleting the clip frees: all its files. A column, not an expression, so that the index below can hold it.
  size_bytes INTEGER NOT NULL CHECK (
    size_bytes = video_bytes + coalesce(thumbnail_bytes, 0) + coalesce(explanation_bytes, 0)),

  CHECK ((thumbnail_name IS NULL) = (thumbnail_bytes IS NULL)),
  CHECK ((thumbnail_name IS NULL) = (thumbnail_sha256 IS NULL)),
  CHECK ((explanation_name IS NULL) = (explanation_bytes IS NULL)),
  CHECK ((explanation_name IS NULL) = (explanation_sha256 IS NULL))
) STRICT;

-- Holds all that listing by time, retention and the sum of sizes read, so that none of them touches the table.
CREATE INDEX clips_by_age ON clips (started_utc_s, clip_id, size_bytes);

-- Listing one camera's clips, and counting those of a day.
CREATE INDEX clips_by_camera ON clips (camera_id, started_utc_s);

-- The keys of clips, each sealed to the house: only the house's private key opens them. Written with the clip, removed
-- with it: that, and not the removal of its files, is what makes a deletion final. A clip that has no row here was
-- recorded before clips were sealed.
CREATE TABLE clip_keys (
  -- The clip that the key opens, both its video and its pictures.
  clip_id TEXT PRIMARY KEY NOT NULL REFERENCES clips (clip_id) ON DELETE CASCADE,

  -- Its key, by HPKE (RFC 9180; X25519, HKDF-SHA256, AES-256-GCM), bound to the clip's id and its camera's.
  sealed_key BLOB NOT NULL CHECK (length(sealed_key) = 80),

  -- The house's key pair: the first 16 hexadecimal digits of the SHA-256 of its public key.
  sealed_to TEXT NOT NULL CHECK (length(sealed_to) = 16 AND sealed_to NOT GLOB '*[^0-9a-f]*')
) STRICT, WITHOUT ROWID;

-- Folders on a local disk to which clips are or were recorded before they are moved to the storage folder. A row goes once
-- nothing is left there to be moved, and nothing is recorded there any more.
CREATE TABLE spools (
  -- Its path on this machine.
  folder TEXT PRIMARY KEY NOT NULL CHECK (length(folder) > 0),

  -- Its name, by which it is told from an empty folder under a disk that is not mounted; null where the owner has chosen
  -- to record without it: then it is taken as it is found when it is used again.
  folder_uuid TEXT CHECK (length(folder_uuid) > 0)
) STRICT, WITHOUT ROWID;

-- The stretches of motion that a clip holds; written with the clip, removed with it.
CREATE TABLE events (
  -- The clip; an event that is longer than one clip has a row in each.
  clip_id TEXT NOT NULL REFERENCES clips (clip_id) ON DELETE CASCADE,

  -- Order within the clip, from 0.
  position INTEGER NOT NULL CHECK (position >= 0),

  -- Given by the worker when the motion began.
  event_id TEXT NOT NULL CHECK (length(event_id) > 0),

  -- When the motion began.
  started_at_s REAL NOT NULL,

  -- When something moved for the last time.
  last_motion_at_s REAL NOT NULL CHECK (last_motion_at_s >= started_at_s),

  -- Score of the strongest moment, 0 to 1.
  peak_score REAL NOT NULL CHECK (peak_score BETWEEN 0 AND 1),

  -- When the strongest moment was.
  peak_at_s REAL NOT NULL,

  -- What moved, as the detector saw it (values.Kind).
  kind TEXT NOT NULL CHECK (kind IN (
    'person', 'pet', 'light', 'shadow', 'screen', 'curtain', 'camera_moved', 'noise', 'other')),

  -- The model that gave the score; 0 is the built-in rule.
  model_version INTEGER NOT NULL CHECK (model_version >= 0),

  -- The order of features that the next column follows.
  features_version INTEGER NOT NULL CHECK (features_version >= 0),

  -- The strongest moment as numbers: a JSON object of name to number; null there for a number that is not finite.
  features TEXT NOT NULL CHECK (json_type(features) = 'object'),

  -- The score from which on that moment counted as motion, 0 to 1; null where it was not kept.
  threshold REAL CHECK (threshold BETWEEN 0 AND 1),

  -- The camera's sensitivity in that moment, 1 to 10; null where it was not kept.
  sensitivity INTEGER CHECK (sensitivity BETWEEN 1 AND 10),

  PRIMARY KEY (clip_id, position)
) STRICT, WITHOUT ROWID;

-- What people said of clips. Rows are only appended: the latest of a clip counts, the earlier ones are its history.
-- Rows stay when the owner deletes the clip (I4); of a deleted clip, the note is emptied.
CREATE TABLE verdicts (
  -- Grows with each verdict: the order in which they were given, whatever the wall clock did.
  verdict_id INTEGER PRIMARY KEY AUTOINCREMENT,

  -- A clip, or one that tombstones names.
  clip_id TEXT NOT NULL,

  -- values.Verdict.
  verdict TEXT NOT NULL CHECK (verdict IN ('real', 'false_alarm', 'missed', 'unsure')),

  -- What it was in the owner's eyes (values.Kind); null where the owner did not say.
  kind TEXT CHECK (kind IN (
    'person', 'pet', 'light', 'shadow', 'screen', 'curtain', 'camera_moved', 'noise', 'other')),

  -- The owner's words; empty where there are none, and once the clip is deleted.
  note TEXT NOT NULL,

  -- Home Assistant's id of the person; null for an automation.
  user_id TEXT,

  -- When it was given.
  given_utc_s REAL NOT NULL
) STRICT;

-- The latest verdict of a clip, and whether there is any.
CREATE INDEX verdicts_by_clip ON verdicts (clip_id, verdict_id);

-- Files of deleted clips that still have to be unlinked. Written in the transaction that removes the clip's row,
-- removed once the file is gone and the folder is synced.
CREATE TABLE garbage (
  -- The file, which may be gone already.
  name TEXT PRIMARY KEY NOT NULL CHECK (length(name) > 0),

  -- When its clip was deleted.
  deleted_utc_s REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- One row for each clip that was deleted, for ever, so that none comes back and each verdict still names something.
CREATE TABLE tombstones (
  -- The clip that was.
  clip_id TEXT PRIMARY KEY NOT NULL,

  -- Its camera.
  camera_id TEXT NOT NULL,

  -- When it had begun.
  started_utc_s REAL NOT NULL,

  -- When it was deleted.
  deleted_utc_s REAL NOT NULL,

  -- The quota by size, the floor of free space, or a person's or automation's wish.
  why TEXT NOT NULL CHECK (why IN ('quota', 'floor', 'owner'))
) STRICT, WITHOUT ROWID;

-- How far each camera's reports have been entered: the highest (epoch, sequence).
CREATE TABLE reports (
  -- The camera that reported.
  camera_id TEXT PRIMARY KEY NOT NULL CHECK (length(camera_id) > 0),

  -- One life of a worker; grows by one each time a worker is started, across restarts of the machine, too.
  epoch INTEGER NOT NULL CHECK (epoch >= 0),

  -- The last report of that epoch whose clip is in the catalogue; 0 before the first.
  sequence INTEGER NOT NULL CHECK (sequence >= 0)
) STRICT, WITHOUT ROWID;

-- I2: a file has a row or is garbage, never both.
CREATE TRIGGER clip_of_garbage BEFORE INSERT ON clips
WHEN EXISTS (SELECT 1 FROM garbage WHERE name IN (NEW.video_name, NEW.thumbnail_name, NEW.explanation_name))
BEGIN
  SELECT RAISE(ABORT, 'I2: a file of this clip is garbage');
END;

-- Deleted is deleted: a repeated report or a salvaged file must not bring a clip back.
CREATE TRIGGER clip_comes_back BEFORE INSERT ON clips
WHEN EXISTS (SELECT 1 FROM tombstones WHERE clip_id = NEW.clip_id)
BEGIN
  SELECT RAISE(ABORT, 'this clip was deleted');
END;

-- A row says what lies on disk, which does not change.
CREATE TRIGGER clip_changes BEFORE UPDATE ON clips
BEGIN
  SELECT RAISE(ABORT, 'rows of clips are never changed');
END;

-- I2 and I4: a row goes only once its tombstone and its garbage are written.
CREATE TRIGGER clip_goes BEFORE DELETE ON clips
WHEN NOT EXISTS (SELECT 1 FROM tombstones WHERE clip_id = OLD.clip_id)
  OR NOT EXISTS (SELECT 1 FROM garbage WHERE name = OLD.video_name)
  OR (OLD.thumbnail_name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM garbage WHERE name = OLD.thumbnail_name))
  OR (OLD.explanation_name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM garbage WHERE name = OLD.explanation_name))
BEGIN
  SELECT RAISE(ABORT, 'I2, I4: a deleted clip leaves a tombstone, and its files are garbage');
END;

-- A flagged clip is never deleted automatically.
CREATE TRIGGER flagged_clip_goes BEFORE INSERT ON tombstones
WHEN NEW.why <> 'owner' AND EXISTS (SELECT 1 FROM verdicts WHERE clip_id = NEW.clip_id)
BEGIN
  SELECT RAISE(ABORT, 'a flagged clip is never deleted automatically');
END;

-- I4, and a clip that was deleted does not come back.
CREATE TRIGGER tombstone_goes BEFORE DELETE ON tombstones
BEGIN
  SELECT RAISE(ABORT, 'I4: tombstones stay');
END;

-- I4: only a clip that is there can be flagged.
CREATE TRIGGER verdict_of_nothing BEFORE INSERT ON verdicts
WHEN NOT EXISTS (SELECT 1 FROM clips WHERE clip_id = NEW.clip_id)
BEGIN
  SELECT RAISE(ABORT, 'I4: a verdict names a clip');
END;

-- History is kept: of a verdict, only the note may change.
CREATE TRIGGER verdict_changes BEFORE UPDATE OF verdict_id, clip_id, verdict, kind, user_id, given_utc_s ON verdicts
BEGIN
  SELECT RAISE(ABORT, 'verdicts are only appended');
END;

-- History is kept.
CREATE TRIGGER verdict_goes BEFORE DELETE ON verdicts
BEGIN
  SELECT RAISE(ABORT, 'verdicts are only appended');
END;
