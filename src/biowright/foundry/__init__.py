"""The foundry: campaigns that close the design-build-test-learn loop, and their state.

A campaign is a TOML file and a workdir. `Campaign.start` takes both, `run` advances it round by round,
and whatever happens in between, the same call goes on where it stopped.
"""

from .campaign import Campaign
from .journal import Journal
from .loading import load_settings
from .settings import CampaignSettings
from .standing import Status

__all__ = ["Campaign", "CampaignSettings", "Journal", "Status", "load_settings"]
