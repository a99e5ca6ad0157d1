"""One module for each report format: ``render(report) -> str``; ``publish`` writes them. None prints."""
