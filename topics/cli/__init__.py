"""The command line.

In come arguments, out go data on standard output and words on standard error. Commands hold no
logic: each calls the function of the toolkit that does its work.
"""
