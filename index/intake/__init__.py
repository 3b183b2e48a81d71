"""Files, addresses and feeds -> releases in corpus.db, or quarantine."""
