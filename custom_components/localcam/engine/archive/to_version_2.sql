-- Version 1 to 2: clips have a third file, the explanation, and events the values by which they were decided.
--
-- The table of clips is built anew, because SQLite cannot change the CHECK of size_bytes. Never changed once released.

-- Names clips, without which no table may be renamed; made again below.
DROP TRIGGER verdict_of_nothing;

CREATE TABLE new_clips (
  clip_id TEXT PRIMARY KEY NOT NULL CHECK (length(clip_id) = 26 AND clip_id NOT GLOB '*[^0-9A-HJKMNP-TV-Z]*'),
  camera_id TEXT NOT NULL CHECK (length(camera_id) > 0),
  started_utc_s REAL NOT NULL,
  duration_s REAL NOT NULL CHECK (duration_s >= 0),
  motion_offset_s REAL NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('motion', 'requested', 'missed')),
  ended_because TEXT NOT NULL CHECK (ended_because IN (
    'complete', 'longest', 'source_lost', 'format_changed', 'stopped', 'storage_full', 'salvaged')),
  kind TEXT NOT NULL CHECK (kind IN (
    'person', 'pet', 'light', 'shadow', 'screen', 'curtain', 'camera_moved', 'noise', 'other')),
  score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
  video_name TEXT NOT NULL UNIQUE CHECK (video_name GLOB '?*.lcv'),
  video_bytes INTEGER NOT NULL CHECK (video_bytes > 0),
  video_sha256 TEXT NOT NULL CHECK (length(video_sha256) = 64 AND video_sha256 NOT GLOB '*[^0-9a-f]*'),
  thumbnail_name TEXT UNIQUE CHECK (thumbnail_name GLOB '?*.lct'),
  thumbnail_bytes INTEGER CHECK (thumbnail_bytes > 0),
  thumbnail_sha256 TEXT CHECK (length(thumbnail_sha256) = 64 AND thumbnail_sha256 NOT GLOB '*[^0-9a-f]*'),
  explanation_name TEXT UNIQUE CHECK (explanation_name GLOB '?*.lce'),
  explanation_bytes INTEGER CHECK (explanation_bytes > 0),
  explanation_sha256 TEXT CHECK (length(explanation_sha256) = 64 AND explanation_sha256 NOT GLOB '*[^0-9a-f]*'),
  codec TEXT NOT NULL CHECK (length(codec) > 0),
  width_px INTEGER NOT NULL CHECK (width_px >= 0),
  height_px INTEGER NOT NULL CHECK (height_px >= 0),
  has_audio INTEGER NOT NULL CHECK (has_audio IN (0, 1)),
  continues_clip_id TEXT CHECK (length(continues_clip_id) = 26),
  size_bytes INTEGER NOT NULL CHECK (
    size_bytes = video_bytes + coalesce(thumbnail_bytes, 0) + coalesce(explanation_bytes, 0)),
  CHECK ((thumbnail_name IS NULL) = (thumbnail_bytes IS NULL)),
  CHECK ((thumbnail_name IS NULL) = (thumbnail_sha256 IS NULL)),
  CHECK ((explanation_name IS NULL) = (explanation_bytes IS NULL)),
  CHECK ((explanation_name IS NULL) = (explanation_sha256 IS NULL))
) STRICT;

INSERT INTO new_clips (
  clip_id, camera_id, started_utc_s, duration_s, motion_offset_s, reason, ended_because, kind,
  score, video_name, video_bytes, video_sha256, thumbnail_name, thumbnail_bytes, thumbnail_sha256,
  codec, width_px, height_px, has_audio, continues_clip_id, size_bytes
) SELECT
  clip_id, camera_id, started_utc_s, duration_s, motion_offset_s, reason, ended_because, kind,
  score, video_name, video_bytes, video_sha256, thumbnail_name, thumbnail_bytes, thumbnail_sha256,
  codec, width_px, height_px, has_audio, continues_clip_id, size_bytes
FROM clips;

-- Its indexes and triggers go with it.
DROP TABLE clips;

ALTER TABLE new_clips RENAME TO clips;

CREATE INDEX clips_by_age ON clips (started_utc_s, clip_id, size_bytes);

CREATE INDEX clips_by_camera ON clips (camera_id, started_utc_s);

CREATE TRIGGER clip_of_garbage BEFORE INSERT ON clips
WHEN EXISTS (SELECT 1 FROM garbage WHERE name IN (NEW.video_name, NEW.thumbnail_name, NEW.explanation_name))
BEGIN
  SELECT RAISE(ABORT, 'I2: a file of this clip is garbage');
END;

CREATE TRIGGER clip_comes_back BEFORE INSERT ON clips
WHEN EXISTS (SELECT 1 FROM tombstones WHERE clip_id = NEW.clip_id)
BEGIN
  SELECT RAISE(ABORT, 'this clip was deleted');
END;

CREATE TRIGGER clip_changes BEFORE UPDATE ON clips
BEGIN
  SELECT RAISE(ABORT, 'rows of clips are never changed');
END;

CREATE TRIGGER clip_goes BEFORE DELETE ON clips
WHEN NOT EXISTS (SELECT 1 FROM tombstones WHERE clip_id = OLD.clip_id)
  OR NOT EXISTS (SELECT 1 FROM garbage WHERE name = OLD.video_name)
  OR (OLD.thumbnail_name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM garbage WHERE name = OLD.thumbnail_name))
  OR (OLD.explanation_name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM garbage WHERE name = OLD.explanation_name))
BEGIN
  SELECT RAISE(ABORT, 'I2, I4: a deleted clip leaves a tombstone, and its files are garbage');
END;

CREATE TRIGGER verdict_of_nothing BEFORE INSERT ON verdicts
WHEN NOT EXISTS (SELECT 1 FROM clips WHERE clip_id = NEW.clip_id)
BEGIN
  SELECT RAISE(ABORT, 'I4: a verdict names a clip');
END;

ALTER TABLE events ADD COLUMN threshold REAL CHECK (threshold BETWEEN 0 AND 1);

ALTER TABLE events ADD COLUMN sensitivity INTEGER CHECK (sensitivity BETWEEN 1 AND 10);
