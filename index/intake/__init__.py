"""Files, addresses and feeds -> releases in corpus.db, or entries in quarantine."""
