"""The desk: a page of this machine on which people decide on the drafts of a document."""
