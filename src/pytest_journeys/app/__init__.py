"""Where things meet: compile, run, resume, query."""
