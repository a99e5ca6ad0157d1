"""A desk that sells and redeems gift vouchers: ``domain``, ``store``, ``web``, and a program."""
