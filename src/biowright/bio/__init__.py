"""Facts and shared algorithms on molecules."""

__all__: list[str] = []
