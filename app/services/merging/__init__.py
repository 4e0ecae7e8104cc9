"""Several records become one: whose values survive, what follows, how it is taken back."""
