"""The verbs of the command `gongkai`, one module each; `flows.cli` puts them together."""
