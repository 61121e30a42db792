"""Landing pads."""
