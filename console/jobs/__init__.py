"""Long work: rows that say what is to be done, and the thread of each worker that does it.

A job acts as who started it, through the one door; it outlives the tab, the process and a restart.
"""
