"""The domain, and the keys of what config entries and the house's store keep."""

from typing import Final

DOMAIN: Final = "localcam"

# A config entry's data, as `engine.settings.parse_camera` reads it; name, url, username and password have the names
# of homeassistant.const.
CONF_SOURCE: Final = "source"
CONF_NAME: Final = "name"
CONF_URL: Final = "url"
CONF_USERNAME: Final = "username"
CONF_PASSWORD: Final = "password"  # noqa: S105 - the key, not a password
CONF_DETECT_URL: Final = "detect_url"
CONF_RTSP_TRANSPORT: Final = "rtsp_transport"
CONF_ENTITY_ID: Final = "entity_id"
CONF_DEVICE: Final = "device"
CONF_SEED: Final = "seed"

# A config entry's options.
CONF_SENSITIVITY: Final = "sensitivity"
CONF_PRE_ROLL_S: Final = "pre_roll_s"
CONF_POST_ROLL_S: Final = "post_roll_s"
CONF_LONGEST_CLIP_S: Final = "longest_clip_s"
CONF_QUIET_S: Final = "quiet_s"
CONF_SOUND: Final = "sound"

# The house's settings, which all cameras share, as `engine.settings.parse_house` reads them.
CONF_STORAGE_FOLDER: Final = "storage_folder"
CONF_QUOTA_GB: Final = "quota_gb"
CONF_FREE_FLOOR_PERCENT: Final = "free_floor_percent"
CONF_FREE_FLOOR_GB: Final = "free_floor_gb"
