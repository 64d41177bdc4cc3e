"""`gongkai portals` and its commands."""
