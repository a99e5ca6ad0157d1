"""One module for each report format: ``render(report) -> str``. None of them prints."""
