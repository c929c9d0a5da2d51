"""The domain, and the keys of what config entries and the house's store keep."""

from typing import Final

DOMAIN: Final = "localcam"

# A config entry's data, as `engine.settings.parse_camera` reads it; the other keys are those of homeassistant.const:
# name, url, username, password, entity_id, device.
CONF_SOURCE: Final = "source"
CONF_DETECT_URL: Final = "detect_url"
CONF_RTSP_TRANSPORT: Final = "rtsp_transport"
CONF_SEED: Final = "seed"

# A config entry's options.
CONF_SENSITIVITY: Final = "sensitivity"
CONF_PRE_ROLL_S: Final = "pre_roll_s"
CONF_POST_ROLL_S: Final = "post_roll_s"
CONF_LONGEST_CLIP_S: Final = "longest_clip_s"
CONF_QUIET_S: Final = "quiet_s"
CONF_SOUND: Final = "sound"
CONF_ZONES: Final = "zones"
"""Set by an action or over the websocket; kept by every other change, as what follows is."""
CONF_NOISE_FLOOR: Final = "noise_floor"
CONF_CALIBRATED_UTC_S: Final = "calibrated_utc_s"
CONF_CALIBRATE: Final = "calibrate"
"""Whether the owner wants the camera calibrated when it is seen first; gone once it was tried."""
CONF_ECONOMY: Final = "economy"
CONF_CPU_BUDGET_PERCENT: Final = "cpu_budget_percent"
CONF_RESTING: Final = "resting"
"""Whether the owner wants privacy; set by the switch, never asked in a form, kept by every other change."""

# The house's settings, which all cameras share, as `engine.settings.parse_house` reads them.
CONF_STORAGE_FOLDER: Final = "storage_folder"
CONF_OLDER_FOLDERS: Final = "older_folders"
"""Where clips lay before; never asked in a form."""
CONF_QUOTA_GB: Final = "quota_gb"
CONF_FREE_FLOOR_PERCENT: Final = "free_floor_percent"
CONF_FREE_FLOOR_GB: Final = "free_floor_gb"
CONF_PUBLIC_HOST: Final = "public_host"
CONF_SPOOLING: Final = "spooling"
CONF_NETWORK_FOLDER: Final = "network_folder"
"""The storage folder, once it was seen on the network: it may not be mounted at a start. Never asked in a form."""

# Who may do what: a config entry's options, then the house's own store.
CONF_VIEWERS: Final = "viewers"
CONF_MEDIA_PLAYERS: Final = "media_players"
CONF_LABELLERS: Final = "labellers"
CONF_CURATORS: Final = "curators"
CONF_AUDITORS: Final = "auditors"
CONF_REMOTE_USERS: Final = "remote_users"
