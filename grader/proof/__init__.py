"""The rules that ``kata verify`` proves, one module for each kind."""
