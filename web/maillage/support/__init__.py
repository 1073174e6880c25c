"""Individual support: programmes, episodes of one to five sessions."""
