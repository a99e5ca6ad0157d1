"""Another desk that keeps the same promises: nothing but the README can be relied on."""
