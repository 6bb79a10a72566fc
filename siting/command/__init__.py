"""Parts of the command line: what can be asked, what is run, what is said. Public face: `cli`."""
