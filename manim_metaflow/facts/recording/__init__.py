"""Run, resume or spin a flow now, away from the user's own datastore, and keep a record of it."""
