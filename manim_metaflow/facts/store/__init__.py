"""Read what a Metaflow datastore and its metadata hold, file by file, without interpretation."""
