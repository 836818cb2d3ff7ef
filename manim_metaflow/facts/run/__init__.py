"""From a datastore to records of its runs, and what follows from them: history, storage, comparison."""
