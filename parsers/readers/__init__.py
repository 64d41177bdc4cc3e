"""One reader for each kind of document; all of them make a `Page`."""
