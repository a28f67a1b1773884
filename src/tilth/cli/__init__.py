"""The command line: one file a command, and a command calls one library function and shows what it returns."""
